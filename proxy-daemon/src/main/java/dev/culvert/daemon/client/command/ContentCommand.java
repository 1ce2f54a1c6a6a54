package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.NotFoundException;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.http.Request;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.View;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code culvert inventory content STORAGE}. */
@Command(
        name = "content",
        description =
                "Lists what is in a storage of Proxmox: disks, backups, templates of containers,"
                        + " images.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  culvert inventory content backups --kind backup --guest 101",
            "  culvert inventory content local --kind vztmpl"
        })
final class ContentCommand implements Verb {
    private static final View VIEW =
            View.of(
                    "volume",
                    Column.of("VOLUME", "volume"),
                    Column.of("KIND", "content"),
                    Column.of("FORMAT", "format"),
                    Column.number("BYTES", "size"),
                    Column.number("GUEST", "vmid"),
                    Column.of("CREATED", "created"),
                    Column.of("NOTES", "notes"));

    private final Session session;

    @Parameters(paramLabel = "STORAGE", description = "The storage: culvert inventory storages.")
    private String storage = "";

    @Option(names = "--server", paramLabel = "NAME", description = "On this Proxmox server.")
    private @Nullable String server;

    @Option(
            names = "--node",
            paramLabel = "NODE",
            description = "On this node. Default: any, if all share it")
    private @Nullable String node;

    @Option(
            names = "--kind",
            paramLabel = "KIND",
            description = "Only backup, images, import, iso, rootdir, snippets or vztmpl.")
    private @Nullable String kind;

    @Option(names = "--guest", paramLabel = "VMID", description = "Only what belongs to it.")
    private @Nullable String guest;

    ContentCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        Api api = session.api();
        Value found = storage(api);
        String path =
                "/api/v1/inventory/storages/%s/%s/%s/content?%s%s"
                        .formatted(
                                Request.segment(found.text("server")),
                                Request.segment(found.text("node")),
                                Request.segment(storage),
                                kind == null ? "" : "content=" + Request.segment(kind) + "&",
                                guest == null ? "" : "vmid=" + Request.segment(guest));
        session.output().items(api.get(path).at("content").list(), VIEW);
        return ExitCode.OK;
    }

    private Value storage(Api api) throws IOException {
        List<Value> all =
                Session.pages(api, "/api/v1/inventory/storages", "", "storages").stream()
                        .filter(it -> it.text("name").equals(storage))
                        .filter(it -> is(server, it.text("server")))
                        .filter(it -> is(node, it.text("node")))
                        .toList();
        if (all.isEmpty()) {
            throw new NotFoundException(
                    "there is no storage '%s' there: culvert inventory storages shows those there are"
                            .formatted(Quoted.word(storage)));
        }
        boolean isOne =
                all.stream().map(it -> it.text("server")).distinct().count() == 1
                        && (all.size() == 1
                                || all.stream().allMatch(it -> it.text("shared").equals("true")));
        if (!isOne) {
            throw new UsageException(
                    "several have a storage '%s' of their own: say which with --server and --node (%s)"
                            .formatted(
                                    Quoted.word(storage),
                                    all.stream()
                                            .map(it -> it.text("server") + "/" + it.text("node"))
                                            .map(Quoted::word)
                                            .collect(Collectors.joining(", "))));
        }
        return all.getFirst();
    }

    private static boolean is(@Nullable String wanted, String name) {
        return Optional.ofNullable(wanted).map(name::equals).orElse(true);
    }
}
