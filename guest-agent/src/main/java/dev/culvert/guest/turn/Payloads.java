package dev.culvert.guest.turn;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.frame.ErrorCode;
import dev.culvert.guest.runtime.GenerationEnd;
import dev.culvert.guest.runtime.GenerationListener;
import dev.culvert.guest.runtime.ProbeAnswer;
import dev.culvert.guest.runtime.RunningCall;
import dev.culvert.guest.runtime.RuntimeFailure;
import dev.culvert.guest.runtime.ToolEvent;
import dev.culvert.io.Quoted;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Writes the payloads of replies (messages.md). Each belongs to the caller. */
public final class Payloads {
    private static final int MOST_CALLS = 64;

    private interface Body {
        void write(JsonGenerator json) throws IOException;
    }

    private final ByteBufAllocator buffers;

    Payloads(ByteBufAllocator buffers) {
        this.buffers = buffers;
    }

    public ByteBuf empty() {
        return object(_ -> {});
    }

    /** Lets the host send so many more bytes of a message. */
    public ByteBuf credit(long bytes) {
        return object(json -> json.writeNumberField("bytes", bytes));
    }

    /**
     * The update is in force.
     *
     * @param policy the version of the policy in force; empty if there is none
     */
    public ByteBuf applied(String policy) {
        return object(json -> {
            json.writeBooleanField("applied", true);
            if (!policy.isEmpty()) {
                json.writeStringField("policy", policy);
            }
        });
    }

    /**
     * Whether the turns are parked, and how many run.
     *
     * @param calls of tools that run all the same
     */
    public ByteBuf quiesced(boolean on, int turns, List<RunningCall> calls) {
        return object(json -> {
            json.writeBooleanField("on", on);
            json.writeNumberField("turns", turns);
            if (!calls.isEmpty()) {
                json.writeArrayFieldStart("calls");
                for (RunningCall call : calls.subList(0, Math.min(MOST_CALLS, calls.size()))) {
                    json.writeStartObject();
                    json.writeStringField("turn", call.turn());
                    json.writeStringField("call_id", call.id());
                    json.writeStringField("tool_name", call.tool());
                    json.writeEndObject();
                }
                json.writeEndArray();
            }
        });
    }

    /** How the agent and its runtime are. */
    ByteBuf probed(long guestNanos, long runtimeNanos, ProbeAnswer runtime) {
        return object(json -> {
            json.writeNumberField("guest_us", TimeUnit.NANOSECONDS.toMicros(guestNanos));
            json.writeNumberField("runtime_us", TimeUnit.NANOSECONDS.toMicros(runtimeNanos));
            if (runtime.status() != 0) {
                json.writeNumberField("runtime_status", runtime.status());
            }
            if (runtime.trouble() != null) {
                json.writeStringField("runtime_error", Quoted.sentence(runtime.trouble()));
            }
        });
    }

    ByteBuf text(String content) {
        return object(json -> {
            string(json, "content", content);
            json.writeBooleanField("done", false);
        });
    }

    ByteBuf reasoning(String delta) {
        return object(json -> {
            json.writeStringField("content", "");
            json.writeBooleanField("done", false);
            string(json, "reasoning", delta);
        });
    }

    /** {@code rawJson} is an array of fragments, as the runtime wrote it. */
    ByteBuf toolCalls(String rawJson) {
        return beside("tool_calls", rawJson);
    }

    /** {@code rawJson} is an object, as {@link GenerationListener#onAnthropic} says. */
    ByteBuf anthropic(String rawJson) {
        return beside("anthropic", rawJson);
    }

    ByteBuf toolCall(ToolEvent.Began began) {
        return object(json -> {
            json.writeStringField("call_id", Quoted.word(began.callId()));
            json.writeStringField("tool_name", Quoted.word(began.tool()));
            if (began.isObject()) {
                json.writeFieldName("arguments");
                json.writeRawValue(began.arguments());
            } else {
                string(json, "arguments", began.arguments());
            }
        });
    }

    ByteBuf toolOutput(ToolEvent.Said output) {
        return object(json -> {
            json.writeStringField("call_id", Quoted.word(output.callId()));
            string(json, "output", output.output());
        });
    }

    ByteBuf toolResult(ToolEvent.Ended ended) {
        return object(json -> {
            json.writeStringField("call_id", Quoted.word(ended.callId()));
            json.writeBooleanField("ok", ended.ok());
            string(json, ended.ok() ? "result" : "error", ended.text());
        });
    }

    /** {@code json} is an object. */
    ByteBuf raw(String json) {
        return ByteBufUtil.writeUtf8(buffers, json);
    }

    private ByteBuf beside(String name, String rawJson) {
        return object(json -> {
            json.writeStringField("content", "");
            json.writeBooleanField("done", false);
            json.writeFieldName(name);
            json.writeRawValue(rawJson);
        });
    }

    ByteBuf last(GenerationEnd end) {
        return object(json -> {
            json.writeStringField("content", "");
            json.writeBooleanField("done", true);
            if (end.finishReason() != null) {
                string(json, "finish_reason", end.finishReason());
            }
            if (end.usageJson() != null) {
                json.writeFieldName("usage");
                json.writeRawValue(end.usageJson());
            }
            if (end.anthropicJson() != null) {
                json.writeFieldName("anthropic");
                json.writeRawValue(end.anthropicJson());
            }
        });
    }

    ByteBuf toolBlocked(String toolName, String reason) {
        return object(json -> {
            json.writeStringField("tool_name", Quoted.word(toolName));
            json.writeStringField("reason", Quoted.sentence(reason));
        });
    }

    ByteBuf error(ErrorCode code, String message) {
        return object(json -> {
            string(json, "code", code.wireName());
            json.writeStringField("message", Quoted.sentence(message));
        });
    }

    /** For a request that was refused before it began and may be tried again. */
    public ByteBuf refusal(ErrorCode code, String message, int retryAfterSeconds) {
        return object(json -> {
            string(json, "code", code.wireName());
            json.writeStringField("message", Quoted.sentence(message));
            json.writeNumberField("retry_after", retryAfterSeconds);
        });
    }

    ByteBuf error(RuntimeFailure failure) {
        return object(json -> {
            string(json, "code", failure.code().wireName());
            json.writeStringField("message", Quoted.sentence(failure.message()));
            if (failure.status() != 0) {
                json.writeNumberField("status", failure.status());
            }
            if (failure.retryAfterSeconds() != 0) {
                json.writeNumberField("retry_after", failure.retryAfterSeconds());
            }
        });
    }

    /** A runtime may have escaped one half of a surrogate pair; UTF-8 cannot encode it. */
    private static void string(JsonGenerator json, String name, String value) throws IOException {
        json.writeStringField(name, wellFormed(value));
    }

    private static String wellFormed(String text) {
        int i = 0;
        while (i < text.length() && !Character.isSurrogate(text.charAt(i))) {
            i++;
        }
        if (i == text.length()) {
            return text;
        }
        return text.codePoints()
                .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xfffd : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private ByteBuf object(Body body) {
        ByteBuf payload = buffers.ioBuffer(128);
        try (JsonGenerator json = JsonText.generator(payload)) {
            json.writeStartObject();
            body.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            payload.release();
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return payload;
    }
}
