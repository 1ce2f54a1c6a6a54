package dev.culvert.daemon.client.settings;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Tells what kind of project a folder has, by a file that such projects have at their root. */
final class ProjectType {
    /** What {@code projectType} says where the folder is to be looked at. */
    static final String AUTO = "auto-detect";

    /** Where nothing is known. */
    static final String UNKNOWN = "";

    /**
     * A kind, and the files that show it.
     *
     * @param files globs, any of which shows it
     */
    private record Kind(String name, List<String> files) {}

    /** The first that fits counts: a Maven project may have a package.json and a Makefile, too. */
    private static final List<Kind> KINDS =
            List.of(
                    new Kind("maven", List.of("pom.xml")),
                    new Kind("gradle", List.of("settings.gradle*", "build.gradle*")),
                    new Kind("rust", List.of("Cargo.toml")),
                    new Kind("go", List.of("go.mod")),
                    new Kind("dotnet", List.of("*.sln", "*.csproj", "*.fsproj")),
                    new Kind("swift", List.of("Package.swift")),
                    new Kind("elixir", List.of("mix.exs")),
                    new Kind("node", List.of("package.json")),
                    new Kind("python", List.of("pyproject.toml", "setup.py", "requirements.txt")),
                    new Kind("ruby", List.of("Gemfile", "*.gemspec")),
                    new Kind("php", List.of("composer.json")),
                    new Kind("terraform", List.of("*.tf")),
                    new Kind("cmake", List.of("CMakeLists.txt")),
                    new Kind("make", List.of("Makefile", "makefile", "GNUmakefile")));

    private ProjectType() {}

    /** The kind of the project in that folder; {@link #UNKNOWN} if no file shows it. */
    static String of(Path root) {
        for (Kind kind : KINDS) {
            for (String glob : kind.files) {
                if (hasOne(root, glob)) {
                    return kind.name;
                }
            }
        }
        return UNKNOWN;
    }

    private static boolean hasOne(Path root, String glob) {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(root, glob)) {
            for (Path file : found) {
                if (Files.isRegularFile(file)) {
                    return true;
                }
            }
            return false;
        } catch (IOException _) {
            return false; // who cannot list it is told so by what uses it
        }
    }
}
