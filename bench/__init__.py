"""Measurements of the budgets: `python -m bench [NAME…] [--quick]`, results in bench/results/."""
