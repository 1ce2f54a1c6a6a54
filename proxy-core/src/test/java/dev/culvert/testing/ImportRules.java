package dev.culvert.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Holds a module's table of who may import whom against its compiled classes.
 *
 * @param root the package that all others of the table are named from
 * @param allowed for each package its allowed imports; every package of the module must stand here
 * @param reserved for each foreign package the only ones that may know it
 */
public record ImportRules(
        String root, Map<String, Set<String>> allowed, Map<String, Set<String>> reserved) {

    /* Descriptors and signatures name classes without an entry of their own in the constant pool. */
    private static final Pattern IN_DESCRIPTOR =
            Pattern.compile("L([a-z][\\w/]*/[A-Z][\\w$]*)[;<]");

    /** What the classes below {@code classes} do that the table forbids, a sentence each. */
    public List<String> violations(Path classes) {
        List<String> violations = new ArrayList<>();
        try (Stream<Path> files = Files.walk(classes, FileVisitOption.FOLLOW_LINKS)) {
            files.filter(file -> file.toString().endsWith(".class"))
                    .sorted()
                    .forEach(file -> check(classes.relativize(file), read(file), violations));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return violations;
    }

    private void check(Path file, ClassModel model, List<String> violations) {
        String from = packageOf(model.thisClass().asInternalName());
        if (!from.startsWith(root)) {
            violations.add(file + " is outside " + root);
            return;
        }
        Set<String> mayImport = allowed.get(inRoot(from));
        if (mayImport == null) {
            violations.add("the package of " + file + " does not stand in the table");
            return;
        }
        for (String used : packagesUsedBy(model)) {
            if (isOurs(used) && !used.equals(from) && !mayImport.contains(inRoot(used))) {
                violations.add(file + " may not import " + used);
            }
            reserved.forEach((foreign, owners) -> {
                if (used.startsWith(foreign) && !owners.contains(inRoot(from))) {
                    violations.add(file + " may not know " + used);
                }
            });
        }
    }

    private boolean isOurs(String name) {
        return name.startsWith("dev.culvert.");
    }

    /** The name as it stands in the table: short below the root, whole elsewhere. */
    private String inRoot(String name) {
        if (name.equals(root)) {
            return "";
        }
        return name.startsWith(root + ".") ? name.substring(root.length() + 1) : name;
    }

    private static Set<String> packagesUsedBy(ClassModel model) {
        Set<String> packages = new TreeSet<>();
        for (PoolEntry entry : model.constantPool()) {
            if (entry instanceof ClassEntry used) {
                packages.add(packageOf(used.asInternalName()));
            } else if (entry instanceof Utf8Entry text) {
                Matcher matcher = IN_DESCRIPTOR.matcher(text.stringValue());
                while (matcher.find()) {
                    packages.add(packageOf(matcher.group(1)));
                }
            }
        }
        return packages;
    }

    private static String packageOf(String internalName) {
        String name = internalName.replaceFirst("^\\[+L?", "").replace('/', '.');
        int dot = name.lastIndexOf('.');
        return dot < 0 ? "" : name.substring(0, dot);
    }

    private static ClassModel read(Path file) {
        try {
            return ClassFile.of().parse(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
