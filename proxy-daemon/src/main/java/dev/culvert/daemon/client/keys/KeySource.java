package dev.culvert.daemon.client.keys;

import java.nio.file.Path;

/** Where a key is. */
public sealed interface KeySource {
    /** As messages have it. */
    String text();

    /** Nowhere: the daemon asks for none, or the environment has it. */
    record None() implements KeySource {
        @Override
        public String text() {
            return "";
        }
    }

    /** A file that other users cannot read. */
    record InFile(Path path) implements KeySource {
        @Override
        public String text() {
            return path.toString();
        }
    }

    /** An environment variable. */
    record InVariable(String name) implements KeySource {
        @Override
        public String text() {
            return "${" + name + "}";
        }
    }

    /** The keyring of the desktop, under a name. */
    record InKeyring(String name) implements KeySource {
        @Override
        public String text() {
            return "the keyring, as " + name;
        }
    }
}
