package dev.culvert.daemon.api.admin;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Admission;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /api/v1/admin/drain} refuses new work while turns go on; {@code DELETE} takes work
 * again. The daemon does not stop.
 */
public final class DrainRoute implements Route {
    private static final Logger LOG = LoggerFactory.getLogger(DrainRoute.class);

    private final Admission admission;
    private final IntSupplier turns;

    /**
     * @param turns how many are under way
     */
    public DrainRoute(Admission admission, IntSupplier turns) {
        this.admission = admission;
        this.turns = turns;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.POST, HttpMethod.DELETE);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/admin/drain");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.OPERATE;
    }

    @Override
    public void handle(Request request, Answer answer) {
        admission.check();
        if (request.method().equals(HttpMethod.POST)) {
            if (admission.pause()) {
                LOG.warn(
                        "draining, as an operator wants it: new work is refused and {} turns go on;"
                                + " DELETE /api/v1/admin/drain (culvert drain --end) ends that",
                        turns.getAsInt());
            }
        } else if (admission.resume()) {
            LOG.info("draining has ended, as an operator wants it: new work is taken again");
        }
        boolean draining = admission.isClosed();
        int underWay = turns.getAsInt();
        answer.json(
                OK,
                Json.object(json -> {
                    json.writeStringField("status", draining ? "draining" : "ok");
                    json.writeNumberField("turns", underWay);
                }));
    }
}
