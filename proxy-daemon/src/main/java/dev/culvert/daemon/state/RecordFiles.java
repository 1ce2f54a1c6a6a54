package dev.culvert.daemon.state;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.io.FileTrouble;
import dev.culvert.io.OwnerOnly;
import dev.culvert.settings.BadSettingsException;
import dev.culvert.settings.Layer;
import dev.culvert.settings.Section;
import dev.culvert.settings.Settings;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** Records that each have a JSON file in one folder of {@code state_dir}. */
final class RecordFiles {
    interface Writer {
        void write(JsonGenerator json) throws IOException;
    }

    private static final JsonFactory JSON = new JsonFactory();
    private static final String SUFFIX = ".json";

    private final Path folder;
    private final String what;
    private final Runnable onFailure;

    /**
     * @param what the records are, as {@code the identity of an agent}
     * @param onFailure runs for each file that cannot be used
     */
    RecordFiles(Path folder, String what, Runnable onFailure) {
        this.folder = folder;
        this.what = what;
        this.onFailure = onFailure;
    }

    <T> List<T> read(Function<Section, T> reader) throws IOException {
        List<T> records = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(it -> it.toString().endsWith(SUFFIX)).sorted().toList()) {
                String text = Files.readString(file);
                records.add(
                        Settings.read(List.of(Layer.text(file.toString(), text)), reader).value());
            }
            return records;
        } catch (NoSuchFileException _) {
            return List.of(); // the first save creates the folder
        } catch (BadSettingsException e) {
            onFailure.run();
            throw new IOException(
                    "a file of state_dir is damaged, which contains %s: %s; restore it, or remove it: then that is forgotten"
                            .formatted(what, e.mistakes().getFirst()),
                    e);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /**
     * @param name a safe name of a file
     */
    void save(String name, Writer members) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text).useDefaultPrettyPrinter()) {
            json.writeStartObject();
            members.write(json);
            json.writeEndObject();
        }
        try {
            OwnerOnly.write(file(name), UTF_8.encode(text.append('\n').toString()));
            keepNames();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    void delete(String name) throws IOException {
        try {
            if (Files.deleteIfExists(file(name))) {
                keepNames();
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** Without it, a power cut could undo what was told to others already. */
    private void keepNames() throws IOException {
        try (FileChannel names = FileChannel.open(folder)) {
            names.force(true);
        }
    }

    private Path file(String name) {
        return folder.resolve(name + SUFFIX);
    }

    private IOException failed(IOException cause) {
        onFailure.run();
        return new IOException(FileTrouble.of(cause), cause);
    }
}
