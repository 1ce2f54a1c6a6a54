package dev.culvert.daemon.client.command;

import dev.culvert.daemon.client.ExitCode;
import dev.culvert.daemon.client.Session;
import dev.culvert.daemon.client.UsageException;
import dev.culvert.daemon.client.output.Column;
import dev.culvert.daemon.client.output.View;
import dev.culvert.daemon.client.setup.Questions;
import dev.culvert.daemon.client.workspace.AskedReality;
import dev.culvert.daemon.client.workspace.NewWorkspace;
import dev.culvert.daemon.client.workspace.Pipeline;
import dev.culvert.daemon.client.workspace.WorkspaceFile;
import dev.culvert.io.FileTrouble;
import dev.culvert.io.Quoted;
import dev.culvert.value.Value;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code culvert init [DIR]}. */
@Command(
        name = "init",
        description = {
            "Makes a workspace: a folder with an infrastructure in it.",
            "It gets culvert.jsonc (what tools may do there), infra/ (the desired state: a file"
                    + " for",
            "each guest) and .culvert/ (plans, backups and state, which Git ignores). Files that"
                    + " are",
            "there stay as they are."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "At a terminal it asks what no flag says. The daemon is asked which servers of Proxmox",
            "it has; without a daemon, the files can name them later.",
            "",
            "Examples:",
            "  culvert init infrastructure",
            "  culvert init --yes --name lab --server lab --node pve1 --ci github"
        })
final class InitCommand implements Verb {
    private static final View DONE =
            View.of(
                    "root",
                    Column.of("workspace", "name"),
                    Column.of("folder", "root"),
                    Column.of("server", "server"),
                    Column.of("node", "node"));

    private final Session session;

    @Parameters(
            arity = "0..1",
            paramLabel = "DIR",
            description = "The folder, made if it is missing. Default: the current one")
    private Path folder = Path.of("");

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "Of the workspace. Default: that of the folder")
    private @Nullable String name;

    @Option(
            names = "--server",
            paramLabel = "SERVER",
            description = "The server of guests whose file names none.")
    private @Nullable String server;

    @Option(
            names = "--node",
            paramLabel = "NODE",
            description = "The node of guests whose file names none.")
    private @Nullable String node;

    @Option(
            names = "--ci",
            paramLabel = "SERVICE",
            description = "Also writes a pipeline, for github or gitlab.")
    private @Nullable Pipeline pipeline;

    @Option(names = "--no-git", description = "Makes no Git repository.")
    private boolean noGit;

    @Option(names = "--dry-run", description = "Only says which files it would write.")
    private boolean dryRun;

    @Option(
            names = {"-y", "--yes"},
            description = "Asks nothing.")
    private boolean yes;

    InitCommand(Session session) {
        this.session = session;
    }

    @Override
    public int run() throws IOException {
        Path root = folder.toAbsolutePath().normalize();
        Questions questions =
                !yes && session.around().place().terminal().err()
                        ? Questions.of(session.around())
                        : null;
        WorkspaceFile file = file(root, questions);
        NewWorkspace made = new NewWorkspace(root, file, Optional.ofNullable(pipeline));
        List<Value> missing =
                made.missing().keySet().stream().map(it -> Value.of(it.toString())).toList();
        Value result =
                Value.members(
                        "name", file.name(),
                        "root", root.toString(),
                        "server", file.server(),
                        "node", file.node(),
                        "files", Value.of(missing));
        if (dryRun) {
            missing.forEach(it -> session.output().note("would write " + it.text()));
            session.output().done("nothing was written", result, DONE);
            return ExitCode.OK;
        }
        try {
            made.write();
        } catch (IOException e) {
            throw new IOException("the workspace cannot be made: " + FileTrouble.of(e), e);
        }
        repository(root);
        missing.forEach(it -> session.output().note("wrote " + it.text()));
        session.output()
                .done(
                        "the workspace %s is in %s; next: culvert create vm --name NAME, or culvert sync"
                                .formatted(file.name(), root),
                        result,
                        DONE);
        return ExitCode.OK;
    }

    private WorkspaceFile file(Path root, @Nullable Questions questions) throws IOException {
        String ofFolder =
                (root.getFileName() == null ? "" : root.getFileName().toString())
                        .replaceAll("[^A-Za-z0-9._-]", "-")
                        .replaceFirst("^[^A-Za-z0-9]+", "");
        String proposed = ofFolder.isEmpty() ? "infrastructure" : ofFolder;
        String called = answer(name, questions, "Name of the workspace", proposed);
        List<String> servers = server == null || questions != null ? servers() : List.of();
        String known = servers.size() == 1 ? servers.getFirst() : "";
        String on =
                answer(
                        server,
                        questions,
                        servers.size() > 1
                                ? "Server (%s)".formatted(String.join(", ", servers))
                                : "Server of Proxmox, as the daemon calls it",
                        known);
        String at = answer(node, questions, "Node for new guests, empty for none", "");
        if (questions != null && pipeline == null) {
            pipeline = pipeline(questions);
        }
        try {
            return new WorkspaceFile(called, on, at, true);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage() + " (--name)");
        }
    }

    private static String answer(
            @Nullable String flag, @Nullable Questions questions, String question, String otherwise)
            throws IOException {
        if (flag != null) {
            return flag;
        }
        return questions == null ? otherwise : questions.ask(question, otherwise);
    }

    private static @Nullable Pipeline pipeline(Questions questions) throws IOException {
        while (true) {
            String said = questions.ask("Pipeline for (github, gitlab, none)", "none");
            switch (said) {
                case "github" -> {
                    return Pipeline.GITHUB;
                }
                case "gitlab" -> {
                    return Pipeline.GITLAB;
                }
                case "none" -> {
                    return null;
                }
                default -> questions.tell("answer github, gitlab or none");
            }
        }
    }

    /** A workspace can be made before its daemon. */
    private List<String> servers() {
        try {
            return new AskedReality(session.api()).servers();
        } catch (IOException e) {
            session.output()
                    .note(
                            "the daemon does not say which servers it has (%s): infra/workspace.json can name one later"
                                    .formatted(Quoted.message(e)));
            return List.of();
        }
    }

    private void repository(Path root) throws IOException {
        Optional<Path> git = OwnCommand.find("git", session);
        if (noGit || git.isEmpty() || isInRepository(root)) {
            return;
        }
        ProcessBuilder builder =
                new ProcessBuilder(git.get().toString(), "init", "--quiet")
                        .directory(root.toFile())
                        .redirectOutput(Redirect.DISCARD)
                        .redirectError(Redirect.DISCARD);
        builder.environment().keySet().removeIf(it -> it.startsWith("GIT_"));
        Process process = builder.start();
        try {
            boolean isMade = process.waitFor() == 0;
            session.output()
                    .note(
                            isMade
                                    ? "made a Git repository"
                                    : "git init failed: the workspace is in no repository");
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while git ran", e);
        }
    }

    private static boolean isInRepository(Path root) {
        for (Path each = root; each != null; each = each.getParent()) {
            if (Files.exists(each.resolve(".git"))) {
                return true;
            }
        }
        return false;
    }
}
