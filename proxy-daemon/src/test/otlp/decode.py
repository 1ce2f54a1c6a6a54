"""Decodes ExportTraceServiceRequests in OTLP's JSON, and prints their spans."""
import base64
import json
import sys

from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

IDS = ("traceId", "spanId", "parentSpanId")


def ids(value):
    """OTLP writes ids in hexadecimal, where protobuf's JSON has base64."""
    if isinstance(value, dict):
        return {
            name: base64.b64encode(bytes.fromhex(member)).decode() if name in IDS else ids(member)
            for name, member in value.items()
        }
    return [ids(item) for item in value] if isinstance(value, list) else value


for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        request = json_format.ParseDict(ids(json.load(file)), ExportTraceServiceRequest())
    spans = [span for of in request.resource_spans for scope in of.scope_spans for span in scope.spans]
    assert spans, path
    for span in spans:
        assert len(span.trace_id) == 16 and len(span.span_id) == 8, span
        assert 0 < span.start_time_unix_nano <= span.end_time_unix_nano, span
        assert span.kind in (1, 2, 3), span
        print(f"{path}: {span.name}: {len(span.attributes)} attributes")
