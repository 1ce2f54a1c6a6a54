package dev.culvert.daemon.operations;

import static dev.culvert.daemon.operations.Draft.AFTER;
import static dev.culvert.daemon.operations.Draft.LIMIT;
import static dev.culvert.daemon.operations.Draft.op;
import static dev.culvert.daemon.operations.Effect.CHANGE;
import static dev.culvert.daemon.operations.Effect.DESTROY;
import static dev.culvert.daemon.operations.Effect.READ;
import static dev.culvert.daemon.operations.Parameter.body;
import static dev.culvert.daemon.operations.Parameter.path;
import static io.netty.handler.codec.http.HttpMethod.DELETE;
import static io.netty.handler.codec.http.HttpMethod.GET;
import static io.netty.handler.codec.http.HttpMethod.POST;
import static io.netty.handler.codec.http.HttpMethod.PUT;

import dev.culvert.daemon.auth.Need;
import java.util.List;

/** What can be done with the SSH keys of the daemon. */
final class KeyOperations {
    private static final Parameter KEY = path("key", "The name of the key");

    static final List<Operation> ALL =
            List.of(
                    op("keys.list", "List the SSH keys of the daemon", READ)
                            .verb("keys list")
                            .takes(AFTER, LIMIT)
                            .needs(Need.REACH_HOSTS)
                            .at(GET, "/keys"),
                    op("keys.generate", "Make an SSH key, and show its public part", CHANGE)
                            .verb("keys generate")
                            .takes(
                                    body("name", Schema.TEXT, "What it will be called").required(),
                                    body(
                                            "type",
                                            Schema.oneOf(List.of("ed25519", "rsa", "ecdsa")),
                                            "`ed25519` by default; the others are made by"
                                                    + " `ssh-keygen`"),
                                    body(
                                            "comment",
                                            Schema.TEXT,
                                            "The end of the public key, `culvert:NAME` by default"))
                            .needs(Need.REACH_HOSTS)
                            .at(POST, "/keys"),
                    op("keys.show", "Show the public part of an SSH key", READ)
                            .verb("keys show")
                            .takes(KEY)
                            .needs(Need.REACH_HOSTS)
                            .at(GET, "/keys/{key}"),
                    op("keys.rotate", "Put a new SSH key in the place of one", CHANGE)
                            .verb("keys rotate")
                            .takes(KEY)
                            .needs(Need.REACH_HOSTS)
                            .at(POST, "/keys/{key}/rotate"),
                    op("keys.certify", "Keep a certificate for an SSH key", CHANGE)
                            .verb("keys certify")
                            .takes(
                                    KEY,
                                    body(
                                                    "certificate",
                                                    Schema.TEXT,
                                                    "The line of the file `NAME-cert.pub`")
                                            .required())
                            .needs(Need.REACH_HOSTS)
                            .at(PUT, "/keys/{key}/certificate"),
                    op(
                                    "keys.remove",
                                    "Remove an SSH key, its certificate and the former one",
                                    DESTROY)
                            .verb("keys rm")
                            .takes(KEY)
                            .needs(Need.REACH_HOSTS)
                            .at(DELETE, "/keys/{key}"));

    private KeyOperations() {}
}
