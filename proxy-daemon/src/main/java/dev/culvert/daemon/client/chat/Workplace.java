package dev.culvert.daemon.client.chat;

import dev.culvert.daemon.client.settings.ChatSettings;
import dev.culvert.daemon.client.settings.Project;
import dev.culvert.tools.BuiltinTool;
import dev.culvert.tools.Commands;
import dev.culvert.tools.Opener;
import dev.culvert.tools.ToolBox;
import dev.culvert.tools.WorkTree;
import dev.culvert.value.BadValueException;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** A project, opened for the tools that run here. */
final class Workplace implements Tools, AutoCloseable {
    private final Project project;
    private final WorkTree files;
    private final Hands hands;
    private final Telemetry telemetry;
    private final Stopping stopping;

    private Workplace(
            Project project, WorkTree files, Hands hands, Telemetry telemetry, Stopping stopping) {
        this.telemetry = telemetry;
        this.project = project;
        this.files = files;
        this.hands = hands;
        this.stopping = stopping;
    }

    /**
     * Who decides where the policy asks, and who is told.
     *
     * @param decisions where each decision is written down
     * @param mayChange whether anything but reading is allowed now, whatever the policy says
     * @param more further tools, which are offered before those of the project with their names
     */
    record Deciding(
            Decisions decisions,
            Asker asker,
            Telemetry telemetry,
            BooleanSupplier mayChange,
            List<BoundedTool> more) {}

    /**
     * Opens it.
     *
     * @param settings with the project, its own tools, and what may be done
     * @param environment of which commands get a part
     */
    static Workplace open(
            ChatSettings settings,
            Commands commands,
            Map<String, String> environment,
            Deciding deciding,
            Stopping stopping)
            throws IOException {
        Project project = settings.project();
        WorkTree files = WorkTree.open(project.root());
        List<BuiltinTool> tools = new ArrayList<>(ToolBox.of(files, commands, environment).tools());
        tools.addAll(settings.plugins().tools(files, commands, environment));
        tools.addAll(deciding.more());
        Hands hands =
                new Hands(
                        tools,
                        settings.layers().policy(),
                        deciding.decisions(),
                        deciding.asker(),
                        deciding.mayChange());
        return new Workplace(project, files, hands, deciding.telemetry(), stopping);
    }

    /** How files are opened. */
    Opener opener() {
        return files.opener();
    }

    /** Whether commands and plugins can be started. */
    boolean isForPrograms() {
        return files.isForPrograms();
    }

    /** The folder in which tools work. */
    Path root() {
        return project.root();
    }

    @Override
    public List<Value> definitions() throws BadValueException {
        return hands.definitions();
    }

    @Override
    public String introduction() {
        return project.introduction();
    }

    @Override
    public ToolAnswer run(String turn, ToolCall call, Runnable onBegin) {
        Instant since = Instant.now();
        ToolAnswer answer = hands.run(turn, call, new Hands.During(stopping::isAsked, onBegin));
        telemetry.tool(call, answer.ok(), since);
        return answer;
    }

    @Override
    public void close() {
        files.close();
    }
}
