package dev.culvert.daemon.api.admin;

import static io.netty.handler.codec.http.HttpResponseStatus.NOT_IMPLEMENTED;

import dev.culvert.daemon.http.Problem;
import dev.culvert.daemon.http.ProblemException;
import java.nio.file.Path;
import java.util.List;

/** A database server has tools of its own: says which. */
public final class ServerCare implements DatabaseCare {
    private final String name;

    /**
     * @param name of the database
     */
    public ServerCare(String name) {
        this.name = name;
    }

    private ProblemException refusal(String tool) {
        return new ProblemException(
                Problem.of(
                        NOT_IMPLEMENTED,
                        "This daemon keeps its state in %s, which has tools of its own: use %s."
                                .formatted(name, tool)));
    }

    @Override
    public Path file() {
        throw refusal("pg_dump");
    }

    @Override
    public List<String> check() {
        throw refusal("pg_amcheck");
    }

    @Override
    public List<String> look() {
        throw refusal("pg_isready");
    }

    @Override
    public Path backUp(String copy) {
        throw refusal("pg_dump");
    }
}
