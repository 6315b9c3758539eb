"""What ratings say, and how surely: each figure names its test, its n and its assumptions."""
