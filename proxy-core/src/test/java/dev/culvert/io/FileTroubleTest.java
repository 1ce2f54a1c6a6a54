package dev.culvert.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FileTroubleTest {
    static Stream<Arguments> troubles() {
        return Stream.of(
                Arguments.of(
                        new AccessDeniedException("/f"),
                        "/f is not accessible to this user: change its owner or its mode",
                        "it is not accessible to this user: change its owner or its mode"),
                Arguments.of(
                        new NoSuchFileException("/f"),
                        "/f does not exist and cannot be created",
                        "there is no such file"),
                Arguments.of(
                        new FileAlreadyExistsException("/f"),
                        "/f is in the way: it is not a directory",
                        "it is in the way: it is not a directory"),
                Arguments.of(
                        new FileSystemException("/f", null, "No space left on device"),
                        "/f cannot be written because the disk is full: free some space",
                        "it cannot be written because the disk is full: free some space"),
                Arguments.of(
                        new FileSystemException("/f", null, "Is a directory"),
                        "/f: Is a directory",
                        "Is a directory"),
                Arguments.of(new MalformedInputException(1), "it is not UTF-8", "it is not UTF-8"),
                Arguments.of(new IOException("closed"), "closed", "closed"),
                Arguments.of(new IOException(), "IOException", "IOException"));
    }

    @ParameterizedTest
    @MethodSource("troubles")
    void saysWhyAndWhatToDo(IOException trouble, String named, String unnamed) {
        assertThat(FileTrouble.of(trouble)).isEqualTo(named);
        assertThat(FileTrouble.why(trouble)).isEqualTo(unnamed);
    }
}
