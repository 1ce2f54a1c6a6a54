package dev.culvert.daemon.client.workspace;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.client.UsageException;
import dev.culvert.infra.BadStateException;
import dev.culvert.io.OwnerOnly;
import dev.culvert.io.Quoted;
import dev.culvert.value.BadValueException;
import dev.culvert.value.Value;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Plans and applies with Terraform or OpenTofu, in {@code infra/terraform/}. */
public final class TerraformEngine {
    private static final String END = ".tfplan";
    private static final int MOST_LINES = 200_000;
    private static final int MOST_LINES_OF_AN_ERROR = 30;
    private static final String NO_INPUT = "-input=false";
    private static final String NO_COLOUR = "-no-color";

    private final Workspace workspace;
    private final String name;
    private final Path program;
    private final Map<String, String> environment;

    /**
     * @param name terraform or tofu
     * @param environment of the user; nothing of it is removed
     */
    public TerraformEngine(
            Workspace workspace, String name, Path program, Map<String, String> environment) {
        this.workspace = workspace;
        this.name = name;
        this.program = program;
        this.environment = Map.copyOf(environment);
    }

    /**
     * Makes a plan, and keeps it.
     *
     * @param progress is told what is done
     * @throws UsageException if the files are wrong
     */
    public TerraformPlan plan(Consumer<String> progress) throws IOException {
        if (!Files.isDirectory(folder())) {
            throw new UsageException(
                    "%s is not there: culvert sync writes it".formatted(workspace.shown(folder())));
        }
        progress.accept(name + " init");
        run("init", NO_INPUT, NO_COLOUR);
        progress.accept(name + " validate");
        validate();
        progress.accept(name + " plan");
        OwnerOnly.createDirectories(plans());
        Path made = plans().resolve("new" + END);
        try {
            run("plan", NO_INPUT, NO_COLOUR, "-lock-timeout=30s", "-out=" + made);
            Value shown = Value.parse(run("show", "-json", made.toString()));
            TerraformPlan plan =
                    new TerraformPlan(
                            workspace.file().name(),
                            name,
                            shown.text("terraform_version"),
                            digest(made),
                            TerraformPlan.resources(shown));
            OwnerOnly.write(file(plan), ByteBuffer.wrap(Files.readAllBytes(made)));
            Workspace.writeState(plans().resolve(plan.digest() + ".json"), plan.value());
            return plan;
        } finally {
            Files.deleteIfExists(made);
        }
    }

    private void validate() throws IOException {
        Said said = call(List.of("validate", "-json"), _ -> {});
        Value answer = parsed(said.text());
        if (answer.text("valid").equals("true")) {
            return;
        }
        List<String> mistakes = new ArrayList<>();
        for (Value each : answer.at("diagnostics").list()) {
            Value at = each.at("range");
            mistakes.add(
                    "%s:%s:%s: %s %s"
                            .formatted(
                                    "infra/terraform/" + Quoted.word(at.text("filename")),
                                    at.at("start").text("line"),
                                    at.at("start").text("column"),
                                    Quoted.sentence(each.text("summary")),
                                    Quoted.sentence(each.text("detail"))));
        }
        if (mistakes.isEmpty()) {
            mistakes.add(name + " validate failed: " + why(said.text()));
        }
        throw new BadStateException(mistakes);
    }

    private static Value parsed(String text) {
        try {
            return Value.parse(text);
        } catch (BadValueException _) {
            return Value.nothing();
        }
    }

    /**
     * Applies a plan that this workspace keeps.
     *
     * @param progress is told what Terraform says, line by line
     * @throws IOException also if Terraform finds that the plan is old
     */
    public void apply(TerraformPlan plan, Consumer<String> progress) throws IOException {
        try (RunLock _ = RunLock.take(workspace, plan.shortDigest())) {
            applyAlone(plan, progress);
        }
    }

    private void applyAlone(TerraformPlan plan, Consumer<String> progress) throws IOException {
        Path file = file(plan);
        if (!Files.exists(file) || !digest(file).equals(plan.saved())) {
            throw new UsageException(
                    "the file of the plan %s is gone or was changed: culvert plan --engine %s makes a new one"
                            .formatted(plan.shortDigest(), name));
        }
        backup(plan);
        List<String> errors = new ArrayList<>();
        Said said =
                call(
                        List.of("apply", "-json", NO_INPUT, file.toString()),
                        line -> tell(line, progress, errors));
        if (said.code() != 0) {
            throw new IOException(
                    "%s stopped: %s\nwhat was done is in its state: make a new plan"
                            .formatted(
                                    name,
                                    errors.isEmpty()
                                            ? why(said.text())
                                            : String.join("\n", errors)));
        }
        Files.deleteIfExists(file);
    }

    private static void tell(String line, Consumer<String> progress, List<String> errors) {
        Value message = parsed(line);
        String text = message.text("@message");
        switch (message.text("type")) {
            case "apply_start",
                    "apply_progress",
                    "apply_complete",
                    "apply_errored",
                    "change_summary" ->
                    progress.accept(Quoted.sentence(text));
            case "diagnostic" -> {
                String detail = message.at("diagnostic").text("detail");
                if (message.text("@level").equals("error")) {
                    errors.add(Quoted.lines(text + (detail.isEmpty() ? "" : ": " + detail)));
                } else {
                    progress.accept(Quoted.sentence(text));
                }
            }
            default -> {}
        }
    }

    /** Terraform's state before. */
    private void backup(TerraformPlan plan) throws IOException {
        Said state = call(List.of("state", "pull"), _ -> {});
        if (state.code() == 0 && !state.text().isBlank()) {
            OwnerOnly.write(
                    workspace
                            .state()
                            .resolve("backups")
                            .resolve(
                                    Instant.now().toString().replaceAll("[^0-9TZ]", "")
                                            + "-"
                                            + plan.shortDigest()
                                            + ".tfstate"),
                    ByteBuffer.wrap(state.text().getBytes(UTF_8)));
        }
    }

    private Path folder() {
        return workspace.root().resolve(TerraformFiles.FOLDER);
    }

    private Path plans() {
        return workspace.state().resolve("plans");
    }

    private Path file(TerraformPlan plan) {
        return plans().resolve(plan.digest() + END);
    }

    private static String digest(Path file) throws IOException {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private record Said(int code, String text) {}

    /** What it says on its end. */
    private String run(String... arguments) throws IOException {
        Said said = call(List.of(arguments), _ -> {});
        if (said.code() != 0) {
            throw new IOException(
                    "%s %s failed: %s".formatted(name, arguments[0], why(said.text())));
        }
        return said.text();
    }

    /** Its lines from the first error on, and not too many. */
    private static String why(String said) {
        String error = said.substring(Math.max(0, said.indexOf("Error: "))).strip();
        return Quoted.lines(
                String.join("\n", error.lines().limit(MOST_LINES_OF_AN_ERROR).toList()));
    }

    private Said call(List<String> arguments, Consumer<String> lines) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(program.toString());
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder().toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        builder.environment().put("TF_IN_AUTOMATION", "1");
        builder.redirectErrorStream(true);
        Process process = builder.start();
        process.getOutputStream().close();
        StringBuilder text = new StringBuilder();
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            int count = 0;
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                lines.accept(line);
                if (count < MOST_LINES) {
                    text.append(line).append('\n');
                }
                count++;
            }
            return new Said(process.waitFor(), text.toString());
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + name + " ran", e);
        }
    }
}
