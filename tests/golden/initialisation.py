"""Seeded initialisation, written a second time from its specification alone.

xoshiro256++ (Blackman and Vigna, "Scrambled Linear Pseudorandom Number Generators", 2021), its state filled by four
outputs of SplitMix64 started at the seed. One draw per parameter, layer by layer: weight [out, in] row-major, then
bias [out], each uniform in [-bound, bound) with bound = 1 / sqrt(in), which is PyTorch's default for a linear layer.
"""

import math

import numpy as np

MASK = (1 << 64) - 1


def split_mix(state):
    while True:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        yield z ^ (z >> 31)


def rotate_left(x, count):
    return ((x << count) | (x >> (64 - count))) & MASK


def xoshiro(seed):
    seeder = split_mix(seed)
    s = [next(seeder) for _ in range(4)]
    while True:
        yield (rotate_left((s[0] + s[3]) & MASK, 23) + s[0]) & MASK
        t = (s[1] << 17) & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotate_left(s[3], 45)


def parameters(seed, widths):
    """All parameters of a head in drawing order, float32; widths = [features, hidden..., classes]."""
    words = xoshiro(seed)
    values = []
    for fan_in, fan_out in zip(widths, widths[1:]):
        # The bound is rounded to float32 once, after a float64 square root and division.
        bound = np.float32(1 / math.sqrt(fan_in))
        for _ in range(fan_out * fan_in + fan_out):
            # The upper 24 bits: u and 2u - 1 are then exact in float32, and only the product rounds.
            u = np.float32(next(words) >> 40) * np.float32(2**-24)
            values.append((np.float32(2) * u - np.float32(1)) * bound)
    return np.array(values, dtype=np.float32)


def document():
    cases = []
    for widths in ([3, 2], [4, 5, 3]):
        for seed in (0, 1, 2**53 - 1):
            cases.append({
                "name": f"seed {seed}, widths {'-'.join(map(str, widths))}",
                "seed": seed,
                "widths": np.array(widths),
                "parameters": parameters(seed, widths),
            })
    return {"cases": cases}
