import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Rewrites the classes in a folder that were compiled for Java 5 or older, as picocli's are. The
 * JVM keeps no such class in an AOT cache: with picocli rewritten, {@code culvert agents} takes 180
 * ms of CPU instead of 240. A single file for {@code java}: {@code Renew.java FOLDER}.
 */
final class Renew {
    /** The first class files that the verifier checks by stack maps, which old ones have not. */
    private static final int WITH_STACK_MAPS = 50;

    private static final int NEW = ClassFile.JAVA_21_VERSION;

    private static final ClassTransform TRANSFORM =
            ClassTransform.transformingMethodBodies((code, element) -> code.with(element))
                    .andThen((type, element) -> {
                        if (element instanceof ClassFileVersion) {
                            type.withVersion(NEW, 0);
                        } else {
                            type.with(element);
                        }
                    });

    private Renew() {}

    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 1) {
            throw new IllegalArgumentException("FOLDER");
        }
        Path folder = Path.of(arguments[0]);
        try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()});
                Stream<Path> files = Files.walk(folder)) {
            ClassHierarchyResolver hierarchy =
                    ClassHierarchyResolver.ofResourceParsing(loader)
                            .orElse(ClassHierarchyResolver.defaultResolver());
            ClassFile context =
                    ClassFile.of(
                            StackMapsOption.GENERATE_STACK_MAPS,
                            ClassHierarchyResolverOption.of(hierarchy));
            List<Path> classes =
                    files.filter(file -> file.toString().endsWith(".class")).sorted().toList();
            classes.forEach(file -> renew(context, file));
        }
    }

    private static void renew(ClassFile context, Path file) {
        try {
            ClassModel model = context.parse(Files.readAllBytes(file));
            if (model.majorVersion() < WITH_STACK_MAPS) {
                Files.write(file, context.transformClass(model, TRANSFORM));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
