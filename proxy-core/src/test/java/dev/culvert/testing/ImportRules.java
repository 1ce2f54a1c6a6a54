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
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Compares a module's table of who may import whom with its compiled classes.
 *
 * @param root the package that the short names of the table are relative to
 * @param allowed for each package of the module, exactly the packages of ours that it imports
 * @param reserved for each foreign package, exactly the packages of the module that use it
 */
public record ImportRules(
        String root, Map<String, Set<String>> allowed, Map<String, Set<String>> reserved) {

    /* Descriptors and signatures name classes without an entry of their own in the constant pool. */
    private static final Pattern IN_DESCRIPTOR =
            Pattern.compile("L([a-z][\\w/]*/[A-Z][\\w$]*)[;<]");

    /** Where the classes below {@code classes} and the table differ, one sentence for each. */
    public List<String> violations(Path classes) {
        List<String> violations = new ArrayList<>();
        Map<String, Set<String>> used = new TreeMap<>();
        try (Stream<Path> files = Files.walk(classes, FileVisitOption.FOLLOW_LINKS)) {
            files.filter(file -> file.toString().endsWith(".class"))
                    .sorted()
                    .forEach(file -> check(classes.relativize(file), read(file), used, violations));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        checkTable(used, violations);
        return violations;
    }

    /** The packages that use this class, by their names in the table. */
    public Set<String> usersOf(String className, Path classes) {
        Set<String> users = new TreeSet<>();
        try (Stream<Path> files = Files.walk(classes, FileVisitOption.FOLLOW_LINKS)) {
            files.filter(file -> file.toString().endsWith(".class"))
                    .map(ImportRules::read)
                    .filter(model -> classesUsedBy(model).contains(className))
                    .forEach(model ->
                            users.add(
                                    inRoot(packageOf(dotted(model.thisClass().asInternalName())))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return users;
    }

    private void check(
            Path file, ClassModel model, Map<String, Set<String>> used, List<String> violations) {
        String from = packageOf(dotted(model.thisClass().asInternalName()));
        if (!from.startsWith(root)) {
            violations.add(file + " is outside " + root);
            return;
        }
        String row = inRoot(from);
        Set<String> usedHere = used.computeIfAbsent(row, _ -> new TreeSet<>());
        Set<String> mayImport = allowed.get(row);
        if (mayImport == null) {
            violations.add("the package of " + file + " has no row in the table");
            return;
        }
        for (String imported : packagesUsedBy(model)) {
            usedHere.add(inRoot(imported));
            if (isOurs(imported)
                    && !imported.equals(from)
                    && !mayImport.contains(inRoot(imported))) {
                violations.add(file + " may not import " + imported);
            }
            reserved.forEach((foreign, owners) -> {
                if (imported.startsWith(foreign) && !owners.contains(row)) {
                    violations.add(file + " may not use " + imported);
                }
            });
        }
    }

    /** A permission that nobody needs invites the import that the design does not want. */
    private void checkTable(Map<String, Set<String>> used, List<String> violations) {
        allowed.forEach((row, mayImport) -> {
            Set<String> usedHere = used.get(row);
            if (usedHere == null) {
                violations.add("the row '" + row + "' has no package");
                return;
            }
            for (String permission : mayImport) {
                if (!usedHere.contains(permission)) {
                    violations.add("'" + row + "' may import " + permission + ", but does not");
                }
            }
        });
        reserved.forEach((foreign, owners) -> {
            for (String owner : owners) {
                if (used.getOrDefault(owner, Set.of()).stream()
                        .noneMatch(it -> it.startsWith(foreign))) {
                    violations.add("'" + owner + "' may use " + foreign + ", but does not");
                }
            }
        });
    }

    private boolean isOurs(String name) {
        return name.startsWith("dev.culvert.");
    }

    /** The name as the table has it: relative below the root, in full elsewhere. */
    private String inRoot(String name) {
        if (name.equals(root)) {
            return "";
        }
        return name.startsWith(root + ".") ? name.substring(root.length() + 1) : name;
    }

    private static Set<String> packagesUsedBy(ClassModel model) {
        Set<String> packages = new TreeSet<>();
        classesUsedBy(model).forEach(name -> packages.add(packageOf(name)));
        return packages;
    }

    private static Set<String> classesUsedBy(ClassModel model) {
        Set<String> classes = new TreeSet<>();
        for (PoolEntry entry : model.constantPool()) {
            if (entry instanceof ClassEntry used) {
                classes.add(dotted(used.asInternalName()));
            } else if (entry instanceof Utf8Entry text) {
                Matcher matcher = IN_DESCRIPTOR.matcher(text.stringValue());
                while (matcher.find()) {
                    classes.add(dotted(matcher.group(1)));
                }
            }
        }
        return classes;
    }

    private static String dotted(String internalName) {
        return internalName.replaceFirst("^\\[+L?", "").replaceFirst(";$", "").replace('/', '.');
    }

    private static String packageOf(String name) {
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
