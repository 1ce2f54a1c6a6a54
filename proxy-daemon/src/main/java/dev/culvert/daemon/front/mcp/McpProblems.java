package dev.culvert.daemon.front.mcp;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemFormat;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.util.AsciiString;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Why a request was refused before its message was read, as an error of JSON-RPC. */
public final class McpProblems implements ProblemFormat {
    @Override
    public AsciiString contentType() {
        return HttpHeaderValues.APPLICATION_JSON;
    }

    @Override
    public void write(Problem problem, String requestId, ByteBuf out) {
        try (JsonGenerator json = JsonText.generator(out)) {
            json.writeStartObject();
            json.writeStringField("jsonrpc", "2.0");
            json.writeNullField("id");
            RpcWriter.error(json, RpcException.REFUSED, problem, null);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
    }
}
