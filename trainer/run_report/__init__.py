"""The report of a run: one page of HTML with its curves, pictures and recipe.

::

    command             `medsr-train report`
    writer              keeps the page of a run that goes on up to date
    page > curves       the page and its plots
    history             what the run folder says
"""
