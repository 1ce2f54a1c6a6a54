import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Copies a package with all below it, and what it needs of our other classes, from jars and folders
 * into one folder; a single file for {@code java}: {@code Collect.java PACKAGE CLASSPATH OUT}.
 * Fails if a class needs a library other than the JDK, picocli, jackson-core and JLine.
 */
final class Collect {
    private static final String OURS = "dev/culvert/";
    private static final Pattern IN_DESCRIPTOR =
            Pattern.compile("L([a-z][\\w/]*/[A-Z][\\w$]*)[;<]");
    private static final Pattern LIBRARIES =
            Pattern.compile(
                    "(java|javax|jdk|sun|picocli|com/fasterxml/jackson/core|org/jline|org/jspecify)/.*|[^/]*");

    private final List<Path> roots;
    private final Path out;
    private final Set<String> seen = new TreeSet<>();
    private final Deque<String> todo = new ArrayDeque<>();

    private Collect(List<Path> roots, Path out) {
        this.roots = roots;
        this.out = out;
    }

    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 3) {
            throw new IllegalArgumentException("PACKAGE CLASSPATH OUT");
        }
        List<Path> roots = new ArrayList<>();
        for (String entry : arguments[1].split(":")) {
            Path path = Path.of(entry);
            if (Files.isDirectory(path)) {
                roots.add(path);
            } else if (entry.endsWith(".jar")) {
                FileSystem jar =
                        FileSystems.newFileSystem(URI.create("jar:" + path.toUri()), Map.of());
                roots.add(jar.getPath("/"));
            }
        }
        new Collect(roots, Path.of(arguments[2])).run(arguments[0].replace('.', '/'));
    }

    private void run(String folder) throws IOException {
        for (Path root : roots) {
            Path start = root.resolve(folder);
            if (Files.isDirectory(start)) {
                try (Stream<Path> files = Files.walk(start)) {
                    files.filter(Files::isRegularFile)
                            .forEach(file -> take(root.relativize(file).toString(), file));
                }
            }
        }
        while (!todo.isEmpty()) {
            String name = todo.pop();
            Path file = find(name + ".class");
            take(name + ".class", file);
            Path neighbours = file.getParent();
            try (Stream<Path> files = Files.list(neighbours)) {
                files.filter(each ->
                                Files.isRegularFile(each) && !each.toString().endsWith(".class"))
                        .forEach(each ->
                                take(
                                        name.replaceFirst("[^/]*$", each.getFileName().toString()),
                                        each));
            }
        }
        if (seen.isEmpty()) {
            throw new IOException("found no classes of " + folder);
        }
    }

    private Path find(String name) throws IOException {
        for (Path root : roots) {
            if (Files.exists(root.resolve(name))) {
                return root.resolve(name);
            }
        }
        throw new IOException("found no " + name);
    }

    private void take(String name, Path file) {
        if (!seen.add(name)) {
            return;
        }
        try {
            Path to = out.resolve(name);
            Files.createDirectories(to.getParent());
            Files.write(to, Files.readAllBytes(file));
            if (name.endsWith(".class")) {
                for (String used : used(ClassFile.of().parse(Files.readAllBytes(file)))) {
                    if (used.startsWith(OURS)) {
                        todo.push(used);
                    } else if (!LIBRARIES.matcher(used).matches()) {
                        throw new IOException(
                                name + " needs " + used + ", which the command has not");
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Set<String> used(ClassModel model) {
        Set<String> used = new TreeSet<>();
        for (PoolEntry entry : model.constantPool()) {
            if (entry instanceof ClassEntry it) {
                used.add(it.asInternalName().replaceFirst("^\\[+L?", "").replaceFirst(";$", ""));
            } else if (entry instanceof Utf8Entry text) {
                Matcher matcher = IN_DESCRIPTOR.matcher(text.stringValue());
                while (matcher.find()) {
                    used.add(matcher.group(1));
                }
            }
        }
        return used;
    }
}
