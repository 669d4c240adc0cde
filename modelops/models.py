from modelops.certificates.models import Audit, Certificate, CertificateWork
from modelops.erasures.models import Erasure
from modelops.evaluation.models import Evaluation
from modelops.explaining.models import Explanation
from modelops.fast_head.models import FastHead
from modelops.forecast.models import Forecast
from modelops.live.models import Embedding, EmbeddingWork
from modelops.prelabeling.models import PredictRequest, Prelabeling
from modelops.registry.models import ModelVersion, VersionStep
from modelops.selection.models import Draw, Ranking
from modelops.starters.models import LabelStarter
from modelops.suspects.models import Suspect, SuspectWork
from modelops.training.models import Run
from modelops.watching.models import Watch

__all__ = [
    "Audit",
    "Certificate",
    "CertificateWork",
    "Draw",
    "Embedding",
    "EmbeddingWork",
    "Erasure",
    "Evaluation",
    "Explanation",
    "FastHead",
    "Forecast",
    "LabelStarter",
    "ModelVersion",
    "PredictRequest",
    "Prelabeling",
    "Ranking",
    "Run",
    "Suspect",
    "SuspectWork",
    "VersionStep",
    "Watch",
]
