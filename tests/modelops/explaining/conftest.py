from tests.modelops.engine.conftest import tiny_encoder

__all__ = ["tiny_encoder"]
