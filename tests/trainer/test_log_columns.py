from __future__ import annotations

from trainer.log_columns import column_of, folders_of

FIGURES = ("psnr_db", "gain_db", "ssim", "perceptual_distance", "consistency")


def test_the_folders_that_were_validated_are_found_by_their_columns() -> None:
    validated = [column_of(folder, figure) for folder in ("ct", "x_ray") for figure in FIGURES]
    trained = [column_of(folder, figure, training=True) for folder in ("ct", "other") for figure in FIGURES]
    assert len(set(validated + trained)) == 4 * len(FIGURES)
    assert folders_of(["step", "loss", "gradient", *validated, *trained]) == ["ct", "x_ray"]


def test_the_names_that_logs_hold_since_the_first_run() -> None:
    assert column_of("ct", "gain_db") == "ct_gain_db"
    assert column_of("ct", "ssim", training=True) == "train_ct_ssim"
