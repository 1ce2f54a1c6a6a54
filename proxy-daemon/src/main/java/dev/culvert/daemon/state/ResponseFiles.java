package dev.culvert.daemon.state;

import dev.culvert.daemon.front.responses.ResponseStore;
import dev.culvert.io.FileTrouble;
import dev.culvert.io.OwnerOnly;
import dev.culvert.io.Quoted;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One file for each response, in the directory {@code responses}. */
final class ResponseFiles implements ResponseStore {
    private static final Logger LOG = LoggerFactory.getLogger(ResponseFiles.class);
    private static final String SUFFIX = ".response";
    private static final String SET_ASIDE = ".damaged";

    /** No response that the daemon writes is larger. */
    private static final long MOST_BYTES = 1 << 30;

    private final Path directory;
    private final Runnable onFailure;

    /**
     * @param onFailure runs for each file that cannot be used
     */
    ResponseFiles(Path stateDirectory, Runnable onFailure) {
        directory = stateDirectory.resolve("responses");
        this.onFailure = onFailure;
    }

    @Override
    public boolean isKept() {
        return true;
    }

    @Override
    public void load(Reader reader) {
        List<Path> all;
        try (Stream<Path> files = Files.list(directory)) {
            all = files.sorted().toList();
        } catch (NoSuchFileException _) {
            return; // the first save creates it
        } catch (IOException e) {
            onFailure.run();
            LOG.error(
                    "the responses of earlier runs are not there, because {} cannot be read: {}",
                    directory,
                    FileTrouble.why(e));
            return;
        }
        for (Path file : all) {
            String name = file.getFileName().toString();
            if (name.endsWith(SUFFIX)) {
                read(file, name.substring(0, name.length() - SUFFIX.length()), reader);
            } else if (name.endsWith(OwnerOnly.UNFINISHED)) {
                remove(file); // the daemon was killed while it wrote
            }
        }
    }

    private void read(Path file, String id, Reader reader) {
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new IOException("it is larger than any response");
            }
            reader.read(id, Files.readAllBytes(file));
        } catch (IOException e) {
            onFailure.run();
            LOG.error(
                    "{} cannot be used, so its response is gone: {}; it was renamed to {}{}",
                    Quoted.cut(file.toString(), 300),
                    FileTrouble.why(e),
                    Quoted.word(file.getFileName().toString()),
                    SET_ASIDE);
            setAside(file);
        }
    }

    private static void setAside(Path file) {
        try {
            Files.move(
                    file,
                    file.resolveSibling(file.getFileName() + SET_ASIDE),
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.warn("{} cannot be renamed: {}", file, FileTrouble.why(e));
        }
    }

    private static void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn("{} cannot be removed: {}", file, FileTrouble.why(e));
        }
    }

    @Override
    public void save(String id, byte[] bytes) throws IOException {
        try {
            OwnerOnly.write(file(id), ByteBuffer.wrap(bytes));
        } catch (IOException e) {
            throw failed(e);
        }
    }

    @Override
    public void forget(String id) throws IOException {
        try {
            Files.deleteIfExists(file(id));
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private IOException failed(IOException cause) {
        onFailure.run();
        return new IOException(FileTrouble.of(cause), cause);
    }

    /** An id has only letters, digits and underscores, so it is a safe file name. */
    private Path file(String id) {
        return directory.resolve(id + SUFFIX);
    }
}
