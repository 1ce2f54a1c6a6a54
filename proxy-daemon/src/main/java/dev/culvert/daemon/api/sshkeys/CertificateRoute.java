package dev.culvert.daemon.api.sshkeys;

import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import dev.culvert.daemon.auth.Need;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Request;
import dev.culvert.daemon.http.Route;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Set;

/** {@code PUT /keys/{key}/certificate}: keeps a certificate for an SSH key. */
public final class CertificateRoute implements Route {
    private final KeyWork work;

    public CertificateRoute(KeyWork work) {
        this.work = work;
    }

    @Override
    public Set<HttpMethod> methods() {
        return Set.of(HttpMethod.PUT);
    }

    @Override
    public List<String> templates() {
        return List.of("/api/v1/keys/{key}/certificate");
    }

    @Override
    public Need need(HttpMethod method) {
        return Need.REACH_HOSTS;
    }

    @Override
    public void handle(Request request, Answer answer) {
        String name = request.parameter("key");
        String certificate = KeyBody.certificate(request);
        work.run(
                request, answer, keys -> KeyWork.show(answer, OK, keys.certify(name, certificate)));
    }
}
