"""Agreement on labels beyond chance, other than alpha: percent, Cohen's and Fleiss' kappa, Gwet's AC1. Pure.

Each function takes counts of labels (units.py) and gives a figure with its bootstrap interval. Documents
with one label only say nothing of agreement and are left out of what was observed.
"""

import numpy as np

from annotation.quality.bootstrap import UNKNOWN, Floats, Interval, interval
from annotation.quality.units import Counts, Ints


def percent_agreement(counts: Counts) -> Interval:
    """Of two people drawn at random for a document drawn at random, how often they give the same label."""
    shared = counts.at_least(2)
    table = np.column_stack([_same(shared.rows), np.ones(len(shared.rows))])
    return interval(table, lambda sums: sums[:, 0] / sums[:, 1], shared.places)


def cohen_kappa(one: Ints, other: Ints) -> Interval:
    """Two people, the same documents (Cohen 1960): chance is each person's own use of the labels."""
    if not len(one):
        return UNKNOWN
    labels, codes = np.unique(np.concatenate([one, other]), return_inverse=True)
    width = len(labels)
    pairs, places = np.unique(codes[: len(one)] * width + codes[len(one) :], return_inverse=True)
    mine, theirs = pairs // width, pairs % width
    rows = np.column_stack([mine == theirs, np.ones(len(pairs)), np.eye(width)[mine], np.eye(width)[theirs]])

    def figure(sums: Floats) -> Floats:
        observed, number = sums[:, 0] / sums[:, 1], sums[:, 1:2]
        mine, theirs = sums[:, 2 : 2 + width] / number, sums[:, 2 + width :] / number
        return _beyond(observed, (mine * theirs).sum(axis=1))

    return interval(rows, figure, places)


def fleiss_kappa(counts: Counts) -> Interval:
    """Any people, the same number for each document (Fleiss 1971). Unknown where the numbers differ."""
    shared = counts.at_least(2)
    rows = shared.rows
    if not len(rows) or len(set(rows.sum(axis=1).tolist())) > 1:
        return UNKNOWN
    table = np.column_stack([_same(rows), np.ones(len(rows)), rows])

    def figure(sums: Floats) -> Floats:
        shares = sums[:, 2:] / sums[:, 2:].sum(axis=1, keepdims=True)
        return _beyond(sums[:, 0] / sums[:, 1], (shares**2).sum(axis=1))

    return interval(table, figure, shared.places)


def gwet_ac1(counts: Counts) -> Interval:
    """Stays sensible where one label is far more frequent than the others (Gwet 2008, for any number of people).

    Chance: sum of p(1 - p) / (q - 1) over the q labels in use, p the mean share of a label in a document.
    """
    told = counts.at_least(1)
    rows, width = told.rows, told.rows.shape[1]
    number = rows.sum(axis=1)
    is_pair = number >= 2
    if width < 2 or not is_pair.any():
        return UNKNOWN
    same = np.zeros(len(rows))
    same[is_pair] = _same(rows[is_pair])
    shares = rows / number[:, None]
    table = np.column_stack([same, is_pair, np.ones(len(rows)), shares])

    def figure(sums: Floats) -> Floats:
        mean = sums[:, 3:] / sums[:, 2:3]
        return _beyond(sums[:, 0] / sums[:, 1], (mean * (1 - mean)).sum(axis=1) / (width - 1))

    return interval(table, figure, told.places)


def _same(rows: Ints) -> Floats:
    """Share of equal pairs of each document."""
    number = rows.sum(axis=1)
    return np.asarray((rows * (rows - 1)).sum(axis=1) / (number * (number - 1.0)))


def _beyond(observed: Floats, chance: Floats) -> Floats:
    return (observed - chance) / np.where(chance < 1, 1 - chance, np.nan)
