from collections.abc import Mapping
from typing import Any

import msgspec
from rest_framework.renderers import JSONRenderer as RestJSONRenderer
from rest_framework.utils.encoders import JSONEncoder

_encoder = msgspec.json.Encoder(enc_hook=JSONEncoder().default)


class JSONRenderer(RestJSONRenderer):
    """Strict JSON, texts as they are. DRF's own renderer rewrites U+2028 and U+2029; a client wants the same bytes."""

    charset = "utf-8"

    def render(
        self,
        data: Any,  # Any: whatever a view returns
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,  # Any: DRF's own type
    ) -> bytes:
        if data is None:
            return b""
        return _encoder.encode(data)
