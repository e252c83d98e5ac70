"""The table that is printed: what was measured, against what, and whether it is enough."""

HEADINGS = ("case", "what", "ours", "baseline", "ratio", "must reach", "")


def seconds(value):
    return f"{value:.2f} s" if value < 10 else f"{value:.1f} s"


def mebibytes(value):
    return f"{value / 2**20:.1f} MiB"


class Table:
    def __init__(self, judging):
        """Without judging only what was measured is said, not whether it is enough."""
        self.judging = judging
        self.rows, self.notes, self.missed = [], [], []

    def add(self, case, what, ours, baseline="", ratio="", must="", met=None):
        """`met` says whether what it must reach is reached; None is for what only informs."""
        if not self.judging:
            must, met = "", None
        verdict = "" if met is None else "yes" if met else "**no**"
        self.rows.append((case, what, ours, baseline, ratio, must, verdict))
        if met is False:
            self.missed.append(f"{case}: {what}: {must}, not {ratio or ours}")

    def note(self, text):
        self.notes.append(text)

    def text(self):
        rows = [HEADINGS, *self.rows]
        widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
        lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |"
                 for row in rows]
        lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
        return "\n".join(lines + ([""] if self.notes else []) + [f"- {note}" for note in self.notes])
