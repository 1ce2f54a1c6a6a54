package dev.culvert.daemon.client.workspace;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** Where a workspace is checked, planned and applied by a machine. */
public enum Pipeline {
    GITHUB(".github/workflows/infrastructure.yml"),
    GITLAB(".gitlab-ci.yml");

    private final String file;

    Pipeline(String file) {
        this.file = file;
    }

    /** Relative to the workspace. */
    public String file() {
        return file;
    }

    public String text() {
        String name = this == GITHUB ? "github.yml" : "gitlab.yml";
        try (InputStream in =
                Objects.requireNonNull(Pipeline.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
