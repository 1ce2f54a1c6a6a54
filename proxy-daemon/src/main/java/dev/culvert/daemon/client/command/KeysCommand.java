package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.View;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code culvert keys …}; without a verb of its own it lists them. */
@Command(
        name = "keys",
        description = "Makes, lists, rotates and removes the SSH keys of the daemon.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "[COMMAND]")
final class KeysCommand implements Verb {
    private static final String PATH = "/api/v1/keys";

    private static final View LIST =
            View.of(
                    "name",
                    Column.of("KEY", "name"),
                    Column.of("TYPE", "type"),
                    Column.number("BITS", "bits"),
                    Column.of("FINGERPRINT", "fingerprint"),
                    Column.of(
                            "CERTIFICATE",
                            key -> key.text("certificate").isEmpty() ? "none" : "yes"),
                    Column.of("MADE", "made"));

    private final Session session;

    private KeysCommand(Session session) {
        this.session = session;
    }

    static CommandLine with(Session session) {
        return new CommandLine(new KeysCommand(session))
                .addSubcommand(new GenerateKey(session))
                .addSubcommand(new ListKeys(session))
                .addSubcommand(new ShowKey(session))
                .addSubcommand(new RotateKey(session))
                .addSubcommand(new CertifyKey(session))
                .addSubcommand(new RemoveKey(session));
    }

    @Override
    public int run() throws IOException {
        return list(session);
    }

    private static int list(Session session) throws IOException {
        session.output().items(Session.pages(session.api(), PATH, "", "keys"), LIST);
        return ExitCode.OK;
    }

    private static String path(String key) {
        return PATH + "/" + Request.segment(key);
    }

    /** The public key is data: alone on stdout, so that it can go to the end of a file. */
    private static int publicKey(Value key, String sentence, Session session) {
        if (session.output().format() == Format.TABLE) {
            session.output().note(sentence + key.text("listed"));
            session.output().line(key.text("public_key"));
        } else {
            session.output().item(key, LIST);
        }
        return ExitCode.OK;
    }

    @Command(
            name = "generate",
            description = "Makes an SSH key on the daemon's host, and prints its public part.",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            footer = {
                "",
                "The private part stays in the directory keys of the daemon's state_dir.",
                "",
                "Examples:",
                "  culvert keys generate build",
                "  culvert keys generate build | ssh me@far.example 'cat >> .ssh/authorized_keys'"
            })
    private static final class GenerateKey implements Verb {
        private final Session session;

        @Parameters(paramLabel = "NAME", description = "What it will be called.")
        private String name = "";

        @Option(
                names = "--type",
                paramLabel = "TYPE",
                description = "ed25519, rsa (3072 bits) or ecdsa (256). Default: ed25519")
        private String type = "ed25519";

        @Option(
                names = "--comment",
                paramLabel = "TEXT",
                description = "The end of the public key. Default: culvert:NAME")
        private String comment = "";

        private GenerateKey(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            Value made =
                    session.api()
                            .ask(
                                    Request.post(
                                            PATH,
                                            Value.members(
                                                    "name", name, "type", type, "comment",
                                                    comment)));
            return publicKey(made, "made the key " + name + ": ", session);
        }
    }

    @Command(
            name = "list",
            description = "Lists the SSH keys of the daemon, without their private parts.",
            mixinStandardHelpOptions = true)
    private static final class ListKeys implements Verb {
        private final Session session;

        private ListKeys(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            return list(session);
        }
    }

    @Command(
            name = "show",
            description =
                    "Shows the public part of an SSH key, and its fingerprint as ssh-keygen -lf does.",
            mixinStandardHelpOptions = true)
    private static final class ShowKey implements Verb {
        private final Session session;

        @Parameters(paramLabel = "NAME", description = "The key.")
        private String name = "";

        private ShowKey(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            return publicKey(session.api().get(path(name)), "", session);
        }
    }

    @Command(
            name = "rotate",
            description =
                    "Puts a new SSH key in the place of one, and prints its public part. Tunnels use it"
                            + " from their next connection on.",
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Servers have to know the new key. The former one stays beside it, as NAME.former,"
                        + " until the",
                "next rotation; its certificate is removed."
            })
    private static final class RotateKey implements Verb {
        private final Session session;

        @Parameters(paramLabel = "NAME", description = "The key.")
        private String name = "";

        private RotateKey(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            return publicKey(
                    session.api().ask(Request.post(path(name) + "/rotate")),
                    "the key " + name + " is new: ",
                    session);
        }
    }

    @Command(
            name = "certify",
            description = "Keeps a certificate for an SSH key, which ssh then shows to servers.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example:", "  culvert keys certify build build-cert.pub"})
    private static final class CertifyKey implements Verb {
        private final Session session;

        @Parameters(index = "0", paramLabel = "NAME", description = "The key.")
        private String name = "";

        @Parameters(index = "1", paramLabel = "FILE", description = "What ssh-keygen -s wrote.")
        private Path file = Path.of("");

        private CertifyKey(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            String line = GivenFile.text(file).strip();
            Value key =
                    session.api()
                            .ask(
                                    Request.put(
                                            path(name) + "/certificate",
                                            Value.members("certificate", line)));
            session.output()
                    .done(
                            "the key %s has the certificate %s"
                                    .formatted(name, key.text("certificate")),
                            key,
                            LIST);
            return ExitCode.OK;
        }
    }

    @Command(
            name = "rm",
            description = "Removes an SSH key, its certificate and the former one.",
            mixinStandardHelpOptions = true)
    private static final class RemoveKey implements Verb {
        private final Session session;

        @Parameters(paramLabel = "NAME", description = "The key.")
        private String name = "";

        private RemoveKey(Session session) {
            this.session = session;
        }

        @Override
        public int run() throws IOException {
            session.api().ask(Request.delete(path(name)));
            session.output()
                    .done(
                            "the key " + name + " is removed",
                            Value.members("name", name, "removed", true),
                            LIST);
            return ExitCode.OK;
        }
    }
}
