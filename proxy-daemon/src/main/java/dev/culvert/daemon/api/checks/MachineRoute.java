package dev.culvert.daemon.api.checks;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.OffLoop;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import dev.culvert.machine.MachineReader;
import dev.culvert.machine.ReportJson;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpMethod;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** {@code GET /admin/machine}: what the daemon's machine is like, and what is wrong with it. */
public final class MachineRoute implements Route {
    private final Supplier<Optional<Path>> stateDir;
    private final OffLoop offLoop;

    public MachineRoute(Supplier<Optional<Path>> stateDir, OffLoop offLoop) {
        this.stateDir = stateDir;
        this.offLoop = offLoop;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.GET);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/admin/machine");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.OPERATE;
    }

    @Override
    public void handle(Request request, Answer answer) {
        MachineReader reader = MachineReader.here(stateDir.get().stream().toList());
        offLoop.run(
                request,
                answer,
                () -> {
                    String report = ReportJson.of(reader.read());
                    ByteBuf body =
                            Json.object(json -> {
                                json.writeFieldName("machine");
                                json.writeRawValue(report);
                            });
                    return () -> answer.json(OK, body);
                });
    }
}
