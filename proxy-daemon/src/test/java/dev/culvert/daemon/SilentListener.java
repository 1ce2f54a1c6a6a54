package dev.culvert.daemon;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A VM that is not up yet: its hybrid socket takes connections and nobody ever says OK, so that a
 * dial lasts for as long as it may.
 */
record SilentListener(Path path, ServerSocketChannel listener) implements AutoCloseable {
    SilentListener() throws IOException {
        this(
                Files.createTempDirectory("silent").resolve("vm.sock"),
                ServerSocketChannel.open(StandardProtocolFamily.UNIX));
        listener.bind(UnixDomainSocketAddress.of(path));
    }

    /** The setting that names it as agent {@code a}. */
    String asAgent() {
        return "\"agents\": [{\"id\": \"a\", \"address\": \"unix://%s?port=5\"}],".formatted(path);
    }

    @Override
    public void close() throws IOException {
        listener.close();
        Files.delete(path);
        Files.delete(path.getParent());
    }
}
