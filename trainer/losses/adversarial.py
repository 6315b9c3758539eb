"""Adversarial losses from a discriminator's logits; every form has a generator's and a discriminator's side.

With D the sigmoid of a logit and E the mean over a batch (and over the places of a map of logits):

============== ============================== =============================================
form           generator                      discriminator
============== ============================== =============================================
standard       E -log D(up)                   E -log D(ref) + E -log(1 - D(up))
relativistic   E -log D(up - E ref)           E -log D(ref - E up) + E -log(1 - D(up - E ref))
               + E -log(1 - D(ref - E up))
fmen           E (1 - D(up))                  1 - E D(ref) + E D(up)
============== ============================== =============================================

Sources: Ledig et al. 2017, equation 6; Wang et al. 2018 (ESRGAN), equations 1 and 2; ``leftthomas/SRGAN``, for fmen.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

ADVERSARIAL_FORMS = ("standard", "relativistic", "fmen")


def generator_loss(
    upscaled_scores: Tensor, reference_scores: Tensor | None = None, *, form: str = "standard"
) -> Tensor:
    """Return what the generator minimises.

    Parameters
    ----------
    upscaled_scores : Tensor
        Logits of the upscaled patches, with gradient.
    reference_scores : Tensor, optional
        Logits of the reference patches; the relativistic form alone needs them. No gradient flows into them.
    form : {"standard", "relativistic", "fmen"}
        See the module.

    Raises
    ------
    ValueError
        If there is no such form, or the relativistic one gets no reference scores.
    """
    match form:
        case "standard":
            return _as_reference(upscaled_scores)
        case "relativistic":
            if reference_scores is None:
                raise ValueError("the relativistic generator loss needs the reference's scores")
            reference = reference_scores.detach()
            return _as_reference(upscaled_scores - reference.mean()) + _as_upscaled(reference - upscaled_scores.mean())
        case "fmen":
            return (1 - torch.sigmoid(upscaled_scores)).mean()
    raise _unknown(form)


def discriminator_loss(reference_scores: Tensor, upscaled_scores: Tensor, *, form: str = "standard") -> Tensor:
    """Return what the discriminator minimises.

    Parameters
    ----------
    reference_scores, upscaled_scores : Tensor
        Logits, with gradient into the discriminator's weights.
    form : {"standard", "relativistic", "fmen"}
        See the module.

    Raises
    ------
    ValueError
        If there is no such form.
    """
    match form:
        case "standard":
            return _as_reference(reference_scores) + _as_upscaled(upscaled_scores)
        case "relativistic":
            return _as_reference(reference_scores - upscaled_scores.mean()) + _as_upscaled(
                upscaled_scores - reference_scores.mean()
            )
        case "fmen":
            return 1 - torch.sigmoid(reference_scores).mean() + torch.sigmoid(upscaled_scores).mean()
    raise _unknown(form)


def _as_reference(scores: Tensor) -> Tensor:
    return F.binary_cross_entropy_with_logits(scores, torch.ones_like(scores))


def _as_upscaled(scores: Tensor) -> Tensor:
    return F.binary_cross_entropy_with_logits(scores, torch.zeros_like(scores))


def _unknown(form: str) -> ValueError:
    return ValueError(f"unknown adversarial form {form!r}: use {', '.join(ADVERSARIAL_FORMS)}")
