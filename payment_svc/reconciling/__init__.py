"""The reconciler: brings to an end what was left behind."""
