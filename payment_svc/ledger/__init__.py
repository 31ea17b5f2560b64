"""The double-entry ledger: every movement of money, each transfer summing to zero at its commit."""
