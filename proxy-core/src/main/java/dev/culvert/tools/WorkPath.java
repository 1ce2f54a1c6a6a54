package dev.culvert.tools;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.io.Quoted;
import dev.culvert.json.Utf8;
import java.util.ArrayList;
import java.util.List;

/**
 * A path beneath the tools' directory: names, none of which is {@code ..} or contains a slash.
 *
 * @param names none for the directory itself
 */
public record WorkPath(List<String> names) {
    private static final int MOST_NAMES = 128;
    private static final int MOST_PATH_BYTES = 4_000;
    private static final int MOST_NAME_BYTES = 255;

    public WorkPath {
        names = List.copyOf(names);
    }

    /**
     * @param given by a model: relative to {@code root}, or absolute and beneath it
     * @param root an absolute path without a slash at its end
     */
    static WorkPath of(String given, String root) throws ToolException {
        String path = given;
        if (path.startsWith("/")) {
            if (!(path + "/").startsWith(root + "/")) {
                throw new ToolException(
                        "'"
                                + Quoted.word(given)
                                + "' is outside of "
                                + root
                                + ", where tools work; give a path beneath it");
            }
            path = path.substring(root.length());
        }
        if (path.getBytes(UTF_8).length > MOST_PATH_BYTES) {
            throw new ToolException("a path may have up to " + MOST_PATH_BYTES + " bytes");
        }
        List<String> names = new ArrayList<>();
        for (String name : path.split("/", -1)) {
            switch (name) {
                case "", "." -> {}
                case ".." -> {
                    if (names.isEmpty()) {
                        throw new ToolException(
                                "'" + Quoted.word(given) + "' leads out of " + root);
                    }
                    names.removeLast();
                }
                default -> names.add(checked(name));
            }
        }
        if (names.size() > MOST_NAMES) {
            throw new ToolException("a path may have up to " + MOST_NAMES + " names");
        }
        return new WorkPath(names);
    }

    private static String checked(String name) throws ToolException {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c < ' ' || c == 0x7f) {
                throw new ToolException("'" + Quoted.word(name) + "' contains a control character");
            }
        }
        if (Utf8.hasLoneSurrogate(name)) {
            throw new ToolException("'" + Quoted.word(name) + "' is not Unicode");
        }
        if (name.getBytes(UTF_8).length > MOST_NAME_BYTES) {
            throw new ToolException(
                    "'" + Quoted.word(name) + "' has more than " + MOST_NAME_BYTES + " bytes");
        }
        return name;
    }

    boolean isRoot() {
        return names.isEmpty();
    }

    String last() {
        return names.getLast();
    }

    WorkPath parent() {
        return new WorkPath(names.subList(0, names.size() - 1));
    }

    WorkPath child(String name) {
        List<String> all = new ArrayList<>(names);
        all.add(name);
        return new WorkPath(all);
    }

    /** As a model gives it: relative, or {@code .} for the directory itself. */
    @Override
    public String toString() {
        return names.isEmpty() ? "." : String.join("/", names);
    }
}
