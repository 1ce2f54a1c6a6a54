package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.guests.Adoption;
import dev.culvert.daemon.client.guests.Guest;
import dev.culvert.daemon.client.guests.GuestChoice;
import dev.culvert.daemon.client.host.Host;
import dev.culvert.daemon.client.host.Outcome;
import dev.culvert.daemon.client.host.ThisHost;
import dev.culvert.daemon.client.http.Api;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.Format;
import dev.culvert.daemon.client.output.View;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code culvert vm adopt VM}. */
@Command(
        name = "adopt",
        description = {
            "Gives a VM a vsock device, so that it can be an agent. Its CID is the VM's id.",
            "What else is in the VM's args stays."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Proxmox takes args from root on the node, and from no API token, so the daemon cannot"
                    + " do",
            "it. On the node, as root, this command does it; from elsewhere with --ssh; else it"
                    + " prints",
            "what to run there, and exits with 1 because nothing is done.",
            "",
            "Examples:",
            "  culvert vm adopt web-01 --ssh root@pve1",
            "  culvert vm adopt 102 --renumber --dry-run"
        })
final class AdoptCommand implements Verb {
    private static final String VHOST = "/dev/vhost-vsock";
    private static final View DONE =
            View.of(
                    "guest",
                    Column.of("GUEST", "guest"),
                    Column.of("CID", "cid"),
                    Column.of("DONE", "done"),
                    Column.of("COMMAND", "command"));

    private final Session session;

    @Parameters(
            paramLabel = "GUEST",
            description = "The virtual machine: an id, a name, or SERVER/ID.")
    private String word = "";

    @Option(names = "--cid", paramLabel = "CID", description = "Another CID than the VM's id.")
    private @Nullable Long cid;

    @Option(
            names = "--renumber",
            description = "Give the device that is there another CID, which a clone needs.")
    private boolean renumber;

    @Option(
            names = "--ssh",
            paramLabel = "[USER@]HOST",
            description = "Run it there, with your ssh and its keys: the node, as root.")
    private @Nullable String ssh;

    @Option(names = "--server", paramLabel = "SERVER", description = "Of this Proxmox server.")
    private @Nullable String server;

    @Option(names = "--dry-run", description = "Only print what would be run on the node.")
    private boolean dryRun;

    AdoptCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        if (ssh != null && !ssh.matches("[A-Za-z0-9_.\\[\\]:@%][A-Za-z0-9_.\\[\\]:@%-]*")) {
            throw new UsageException(
                    "--ssh is '%s': it takes [USER@]HOST".formatted(Quoted.word(ssh)));
        }
        Api api = session.api();
        GuestChoice choice = GuestChoice.of(api, "vm", Optional.ofNullable(server));
        Guest guest = choice.named(word);
        Value config = api.get(guest.path()).at("config");
        Adoption adoption =
                Adoption.of(
                        guest.vmid(),
                        config.text("args"),
                        cid == null ? Long.parseLong(guest.vmid()) : cid,
                        config.text("digest"),
                        renumber);
        checkFree(choice, guest, adoption.cid());
        if (adoption.isDone()) {
            done(guest, adoption, "has the CID %d already".formatted(adoption.cid()), true);
            return ExitCode.OK;
        }
        if (dryRun) {
            print(guest, adoption);
            return ExitCode.OK;
        }
        Host host = new ThisHost(session.around().environment());
        List<String> command = command(host, guest, adoption);
        if (command.isEmpty()) {
            session.output()
                    .note(
                            "nothing is done: Proxmox takes args from root on the node alone, and"
                                    + " from no"
                                    + " API token. Run this on %s as root, or give --ssh root@%s:"
                                            .formatted(
                                                    Quoted.word(guest.node()),
                                                    Quoted.word(guest.node())));
            print(guest, adoption);
            return ExitCode.FAILED;
        }
        Outcome outcome = host.run(command);
        if (!outcome.isOk()) {
            throw new IOException(
                    "%s of %s failed: %s"
                            .formatted(
                                    ssh == null ? "qm set" : "ssh " + ssh,
                                    guest.label(),
                                    outcome.said().isEmpty()
                                            ? "exit code " + outcome.code()
                                            : Quoted.sentence(outcome.said())));
        }
        done(guest, adoption, "has the CID %d".formatted(adoption.cid()), false);
        return ExitCode.OK;
    }

    /** Two machines of one host with one CID: the second does not start. */
    private static void checkFree(GuestChoice choice, Guest guest, long cid) throws IOException {
        List<Guest> others =
                choice.known().stream()
                        .filter(it -> it.server().equals(guest.server()))
                        .filter(it -> !it.vmid().equals(guest.vmid()))
                        .filter(it -> it.value().number(-1, "cid") == cid)
                        .toList();
        if (!others.isEmpty()) {
            throw new UsageException(
                    "the CID %d is that of %s, too, and only one of them could run: give --cid, or change theirs (culvert vm adopt ID --renumber)"
                            .formatted(
                                    cid,
                                    others.stream()
                                            .map(Guest::label)
                                            .collect(Collectors.joining(" and "))));
        }
    }

    /** Empty if it cannot be done from here. */
    private List<String> command(Host host, Guest guest, Adoption adoption) {
        if (ssh != null) {
            String program = OwnCommand.find("ssh", session).map(Path::toString).orElse("ssh");
            return List.of(program, "-o", "BatchMode=yes", "--", ssh, adoption.line());
        }
        boolean isNode =
                Files.isDirectory(host.path("/etc/pve"))
                        && host.read("/etc/hostname")
                                .map(it -> it.strip().split("\\.", 2)[0])
                                .filter(guest.node()::equals)
                                .isPresent();
        boolean isRoot = isNode && host.run(List.of("id", "-u")).out().strip().equals("0");
        return isRoot ? adoption.command() : List.of();
    }

    private void print(Guest guest, Adoption adoption) {
        if (session.output().format() == Format.TABLE) {
            session.output().line(Quoted.lines(adoption.line()));
            session.around().out().flush();
        } else {
            session.output().done("", result(guest, adoption, false), DONE);
        }
    }

    private void done(Guest guest, Adoption adoption, String sentence, boolean wasDone) {
        session.output().done(guest.label() + " " + sentence, result(guest, adoption, true), DONE);
        if (session.output().format() == Format.TABLE) {
            next(guest, adoption, wasDone).forEach(step -> session.output().note("next: " + step));
        }
    }

    private static Value result(Guest guest, Adoption adoption, boolean isDone) {
        return Value.members(
                "guest",
                guest.id(),
                "cid",
                adoption.cid(),
                "args",
                adoption.after(),
                "done",
                isDone,
                "command",
                adoption.line());
    }

    /** What a person has to do then. */
    private List<String> next(Guest guest, Adoption adoption, boolean wasDone) {
        List<String> steps = new ArrayList<>();
        if (!wasDone && guest.isRunning()) {
            steps.add(
                    "restart it, for it has the device only then: culvert vm reboot "
                            + Quoted.word(guest.id()));
        }
        boolean isHere = Files.isDirectory(Path.of("/etc/pve"));
        if (isHere && !Files.exists(Path.of(VHOST))) {
            steps.add("load the module on this node: modprobe vhost_vsock");
        }
        steps.add("install culvert-agent in it: how-to-install.md says how");
        steps.add(
                "tell the daemon on %s, for vsock does not leave a machine: culvert agents add %s --cid %d"
                        .formatted(
                                Quoted.word(guest.node()),
                                Quoted.word(guest.name().isEmpty() ? guest.vmid() : guest.name()),
                                adoption.cid()));
        return steps;
    }
}
