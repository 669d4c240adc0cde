from modelops.prelabeling.models import PredictRequest, Prelabeling
from modelops.registry.models import ModelVersion
from modelops.training.models import Run

__all__ = ["ModelVersion", "PredictRequest", "Prelabeling", "Run"]
