from django.db import models

from modelops.work.models import SlicedWork


class Embedding(models.Model):
    """One text's mean token state by one frozen encoder, shared by all documents with this text.

    `encoder` is its name and version, "name@version"; `vector` holds little-endian float16 numbers, not normalized.
    """

    text_sha256 = models.CharField(max_length=64)
    encoder = models.CharField(max_length=140)
    vector = models.BinaryField()

    class Meta:
        app_label = "modelops"
        constraints = [models.UniqueConstraint(fields=["text_sha256", "encoder"], name="one_embedding_a_text")]

    def __str__(self) -> str:
        return f"{self.text_sha256[:8]} by {self.encoder}"


class EmbeddingWork(SlicedWork):
    """The work of embedding a project's documents; at most one row a project, made when somebody first asks.

    `encoder` is the key under which its vectors lie; empty until a worker has opened the encoder.
    """

    project = models.OneToOneField("annotation.Project", on_delete=models.CASCADE, related_name="+")
    encoder = models.CharField(max_length=140, blank=True)

    class Meta:
        app_label = "modelops"

    def __str__(self) -> str:
        return f"embedding of project {self.project_id}: {self.state}"
