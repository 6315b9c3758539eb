"""The blinding auditor: what could tell observers, or who reads a survey's files, which image is of which method.

============================  ================================================  ========================================
What leaks                    How it is found                                   What prevents it
============================  ================================================  ========================================
file names                    a file among the stimuli that the plan lacks      names are 32 random hexadecimal digits
file dates                    more than one modification time                   all are of 1 January 2000
file attributes               links, permissions, owner, extended attributes    plain copies
file sizes, loading time      files of one case differ in size                  uncompressed float32 of one shape
space on the disk             the drive compresses smooth images more           a drive without compression
order of writing              inodes, dates of change and birth go with cases   files are written in the order of names
header of a stimulus          any byte but the plain header; another type       `numpy.save` of one type
bytes after the pixels        the file is longer than its pixels                as above
checksums                     a stimulus is missing, or is not the file that    they are written once; `load_stimulus`
                              was stored: it may be marked                      compares too
matrix size                   shapes differ within a case                       all conditions of a case have one shape
physical size                 pixel spacings differ within a case               one spacing a case
window                        windows differ within a case                      one window a case
polarity                      MONOCHROME1 for some of a case alone              one polarity a case
identifiers                   digits in common, counts, digests of names or of  `secrets.token_hex`
                              content; with the allocation: order by condition
order in the plan             stimuli and groups not in identifiers' order      the plan is sorted
labelled and hidden           one stimulus, or one checksum, labelled and       the original is a stimulus of its own
                              rated
identical images              equal checksums within a case (warning)           no method is listed twice
training images               what a rated stimulus deserves stands in the plan  training has cases of its own
order                         early or late, or after one another, too often    Latin squares, or random order
position on screen            one place too often                               places are balanced too
pause                         no pause between trials                           the same pause before each
names in plan and records     every text in plan.json, every record             neither holds a name
bytes of the database         names in free pages, log and backups              ``secure_delete``
texts of the design           names in title, questions, instructions, consent  design files with names are refused
texts of the window           names, file names, identifiers of stimuli in      rating mode shows none
                              titles, labels, tooltips, accessible names
scores                        PSNR, SSIM, dB … in the same texts                rating mode shows none
logs                          a name; refused beside a stimulus's identifier    the program logs neither
recent files                  a stimulus, a method's or a case's file           rating opens no files by way of it
seed                          ``seed`` in the design, its copies and comments   it is sealed, and a nonce is added
stimuli in the design         an identifier beside names                        the design has none
paths of files                in design, plan, records, exports; the file of     they stand beside the folder, on the
                              sources in the folder                             coordinator's machine alone
open allocation               allocation.json before the survey is closed       it is written by closing
passphrase                    each extra file's first line is tried             it is kept elsewhere
other files, exports          names of files, their texts, entries of archives  nothing else is in the folder
folder                        its path names a method (warning)                 the coordinator
values                        NaN and infinity                                  new surveys refuse them
value range                   far outside the case's others                     one unit for all; looked at when set up
clipping                      at a value inside the window that others pass     networks clip as interpolation does
constant areas, border        one value where the others have structure         no padding is kept
tile seams                    steps on a regular grid that others lack          tiles with halos
rounding                      coarser steps than the case's others (warning)    all are rounded alike
============================  ================================================  ========================================

Constant areas, borders and seams are warnings: real methods differ there now and then.

What no auditor finds. Who holds the files and the cases can compute the methods on a case and compare pixels: the
methods are public, and so is what they do. Without the cases, too, pixels tell: nearest-neighbour images repeat values,
and smooth ones lack detail. design.toml, which lies in the folder, says which methods take part, though not which image
is which. An expert may know a method by how its images look: that is what is rated. Two
tiles with a single seam may be anatomy, and small surveys (two cases, one observer) are too small for statistics of
order. Clocks: how long a survey's files were read, or a screen was drawn, is not measured; sizes are equal, and the
window waits equally long. Nobody's word is heard either: a coordinator who speaks of it unblinds a survey.
"""

from medsr_viewer.survey.audit.auditing import audit
from medsr_viewer.survey.audit.finding import Finding, Severity, refuse_leaks

__all__ = ["Finding", "Severity", "audit", "refuse_leaks"]
