package dev.culvert.daemon.client.workbench;

import java.nio.file.Path;

/**
 * The workspace that tools work in.
 *
 * @param root its folder
 */
public record Place(Path root, String name) {
    /** Where the files are that say what guests are wanted. */
    Path guests() {
        return root.resolve("infra").resolve("guests");
    }

    /** A folder. */
    Path memory() {
        return root.resolve(".culvert").resolve("mcp");
    }

    Path plan(String digest) {
        return root.resolve(".culvert").resolve("plans").resolve(digest + ".json");
    }

    /** The flag that names it to verbs. */
    String flag() {
        return "--project=" + root;
    }
}
