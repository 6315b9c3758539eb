"""What observers read where the coordinator wrote nothing: instructions for each protocol, and the consent text."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from medsr_viewer.survey.design import Protocol

CONSENT = (
    "You are asked to take part in a study of the image quality of medical images. You will look at images and give "
    "your opinion of them. Taking part is voluntary: you may pause at any time, and you may withdraw at any time, "
    "without giving a reason and without any disadvantage. If you withdraw, your answers are left out of the analysis; "
    "if you ask for it, they are erased.\n\n"
    "You are known to this study by a pseudonym alone. Your answers are stored together with the times at which they "
    "were given, with how you used zoom and window, and with the properties of your screen. The images are not for "
    "diagnosis.\n\n"
    "By continuing you confirm that you have read this text, that your questions have been answered, and that you "
    "agree to take part."
)

_OWN_MERITS = (
    "Judge every image on its own merits. You are not asked to put images in order: several images may be given the "
    "same answer. There are no right or wrong answers; your own impression counts."
)

TRAINING = (
    "The first images are for training: they show you the range of quality to expect, and their answers are not "
    "analysed."
)
"""Follows the instructions where there is a training phase."""

TRAINED = "Your training is over: every answer counts from now on."
"""Stands before the instructions in its place, once the phase has ended."""

_CRITERIA = (
    "You will see one image at a time, with one or more criteria. State for each criterion how well the image "
    "fulfils it, with the answers shown beside the image. "
)

INSTRUCTIONS: Mapping[Protocol, str] = MappingProxyType(
    {
        "acr": (
            "You will see one image at a time. Rate its quality on a scale from 1 to 5. 5 is the best: "
            "5 Excellent, 4 Good, 3 Fair, 2 Poor, 1 Bad.\n\n"
            f"{_OWN_MERITS}"
        ),
        "dsis": (
            "You will see two images of the same anatomy: the original, which is labelled, and beside it an image that "
            "was processed. Rate how far the processed image is impaired against the original, on a scale from 1 to "
            "5. 5 is the best: 5 Imperceptible, 4 Perceptible, but not annoying, 3 Slightly annoying, 2 Annoying, "
            f"1 Very annoying.\n\n{_OWN_MERITS}"
        ),
        "queens": (
            "You will see the original, which is labelled, and beside it several images of the same anatomy without a "
            "label, in random places. Rate the quality of each of them on a scale from 1 to 5. 5 is the best: 5 is "
            f"high quality, as good as the original; 1 is poor.\n\n{_OWN_MERITS}"
        ),
        "pairs": (
            "You will see two images of the same anatomy side by side, in random places. Choose the one that is "
            "better. You must choose one, even if the two look the same to you: then choose as you feel.\n\n"
            "There are no right or wrong answers; your own impression counts."
        ),
        "vgc": (
            f"{_CRITERIA}The greatest value is the best: on a scale from 1 to "
            "5, 5 is the best (5 Certainly fulfilled, 1 Certainly not fulfilled).\n\n"
            f"{_OWN_MERITS}"
        ),
        "roc": (
            "You will see one image at a time. State whether the finding that is asked for is present, and how certain "
            "you are, on a scale from 1 to 5: 5 is certainly present, 4 probably present, 3 undecided, 2 probably "
            "absent, 1 certainly absent. Use the whole scale.\n\n"
            "Judge every image on its own. The same patient may be shown more than once."
        ),
    }
)
"""Where every question is answered on the protocol's usual scale."""

ON_OTHER_SCALES: Mapping[Protocol, str] = MappingProxyType(
    {
        "acr": (
            "You will see one image at a time. Rate its quality on the scale that is shown beside the image. The "
            f"greatest value is the best.\n\n{_OWN_MERITS}"
        ),
        "queens": (
            "You will see the original, which is labelled, and beside it several images of the same anatomy without a "
            "label, in random places. Rate the quality of each of them on the scale that is shown beside the images. "
            f"The greatest value is the best.\n\n{_OWN_MERITS}"
        ),
        "vgc": (
            f"{_CRITERIA}The greatest value is the best. Mind the words beside the values: criteria may have different "
            f"answers.\n\n{_OWN_MERITS}"
        ),
    }
)
"""Where one is not: no words that the screen does not show."""
