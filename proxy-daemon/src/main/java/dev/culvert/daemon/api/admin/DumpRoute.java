package dev.culvert.daemon.api.admin;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.OffLoop;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** {@code GET /api/v1/admin/dump}: what every thread and every event loop does now. */
public final class DumpRoute implements Route {
    private final EventLoopGroup loops;
    private final OffLoop offLoop;
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

    public DumpRoute(EventLoopGroup loops, OffLoop offLoop) {
        this.loops = loops;
        this.offLoop = offLoop;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/admin/dump");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.OPERATE;
    }

    @Override
    public void handle(Request request, Answer answer) {
        offLoop.run(
                request,
                answer,
                () -> {
                    ByteBuf body = Json.object(this::write);
                    return () -> answer.json(OK, body);
                });
    }

    private void write(JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("loops");
        for (EventExecutor loop : loops) {
            if (loop instanceof SingleThreadEventExecutor single) {
                json.writeStartObject();
                json.writeStringField("thread", single.threadProperties().name());
                json.writeNumberField("pending_tasks", single.pendingTasks());
                json.writeEndObject();
            }
        }
        json.writeEndArray();
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        json.writeObjectFieldStart("heap");
        json.writeNumberField("used_bytes", heap.getUsed());
        json.writeNumberField("max_bytes", heap.getMax());
        json.writeEndObject();
        json.writeArrayFieldStart("threads");
        for (ThreadInfo thread : threads.dumpAllThreads(true, true)) {
            write(json, thread);
        }
        json.writeEndArray();
    }

    private void write(JsonGenerator json, ThreadInfo thread) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", thread.getThreadName());
        json.writeStringField("state", thread.getThreadState().name());
        long nanos = threads.getThreadCpuTime(thread.getThreadId());
        json.writeNumberField("cpu_ms", TimeUnit.NANOSECONDS.toMillis(Math.max(0, nanos)));
        if (thread.getLockName() != null) {
            json.writeStringField("waits_for", thread.getLockName());
        }
        if (thread.getLockOwnerName() != null) {
            json.writeStringField("held_by", thread.getLockOwnerName());
        }
        json.writeArrayFieldStart("stack");
        for (StackTraceElement frame : thread.getStackTrace()) {
            json.writeString(frame.toString());
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
