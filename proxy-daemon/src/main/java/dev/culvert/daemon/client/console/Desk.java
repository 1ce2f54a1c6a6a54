package dev.culvert.daemon.client.console;

import dev.culvert.daemon.client.chat.Speaker;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a console remembers between two lines. */
final class Desk {
    private static final int SHORT = 4;

    private final LastResult last = new LastResult();
    private final List<String> lines = new ArrayList<>();
    private final List<String> runs = new ArrayList<>();
    private volatile Mode mode;
    private volatile boolean agentsPlan;
    private volatile Catalogue catalogue = Catalogue.EMPTY;
    private String agent = "";
    private @Nullable Speaker speaker;
    private @Nullable Out out;
    private boolean timing;
    private boolean ended;

    private record Out(Path file, Writer writer) {}

    Desk(Mode mode) {
        this.mode = mode;
    }

    Mode mode() {
        return mode;
    }

    void mode(Mode chosen) {
        mode = chosen;
        agentsPlan = false;
    }

    /** Until a mode is chosen, agents may change nothing. */
    void agentsPlan() {
        agentsPlan = true;
    }

    /** What tools of an agent may do now. */
    Mode modeOfAgents() {
        return agentsPlan && mode == Mode.APPLY ? Mode.PLAN : mode;
    }

    Catalogue catalogue() {
        return catalogue;
    }

    void catalogue(Catalogue known) {
        catalogue = known;
    }

    LastResult last() {
        return last;
    }

    /** The agent in use; empty if there is none. */
    String agent() {
        return agent;
    }

    /** Uses another agent; the session with the one before ends. */
    void use(String id) {
        hangUp();
        agent = id;
    }

    Optional<Speaker> speaker() {
        return Optional.ofNullable(speaker);
    }

    /** Goes on in this session. */
    void use(Speaker opened) {
        hangUp();
        speaker = opened;
        agent = opened.agent();
    }

    void hangUp() {
        if (speaker != null) {
            speaker.close();
            speaker = null;
        }
    }

    /** The command lines so far, the newest last. */
    List<String> lines() {
        return lines;
    }

    /** The daemon has recorded a run under this id. */
    void ranAs(String run) {
        runs.add(run);
    }

    /** As few of its digits as name it among those of this console. */
    String shortRun(String run) {
        int length = Math.min(SHORT, run.length());
        while (length < run.length() && ofPrefix(run.substring(0, length)).size() > 1) {
            length++;
        }
        return run.substring(0, length);
    }

    /** The id that begins so; the same if there is none of this console, or several. */
    String run(String begin) {
        List<String> found = ofPrefix(begin);
        return found.size() == 1 ? found.getFirst() : begin;
    }

    private List<String> ofPrefix(String begin) {
        return runs.stream().filter(it -> it.startsWith(begin)).distinct().toList();
    }

    Optional<Writer> out() {
        return Optional.ofNullable(out).map(Out::writer);
    }

    Optional<Path> outFile() {
        return Optional.ofNullable(out).map(Out::file);
    }

    void out(Path file, Writer writer) throws IOException {
        noOut();
        out = new Out(file, writer);
    }

    void noOut() throws IOException {
        if (out != null) {
            out.writer().close();
            out = null;
        }
    }

    boolean timing() {
        return timing;
    }

    void timing(boolean on) {
        timing = on;
    }

    boolean hasEnded() {
        return ended;
    }

    void end() {
        ended = true;
    }
}
