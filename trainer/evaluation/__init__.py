"""Evaluation: methods and models side by side on a set of images, with intervals, tests, plots and worst cases.

::

    command                      the `medsr-train evaluate` command: reads options, calls the rest in order
    page > page_tables, plots, worst_cases     the HTML page
    table, result_files          the terminal's table; JSON and CSV
    report                       what all of these show: one frozen `Evaluation`
    cautions > leaks             what a reader must know before he believes the figures
    spreading > measuring        rows, over Dask's workers or in this process
    summary > significance       means, intervals and tests over rows
    figures > protocol, memory, correctness    one method on one image
"""
