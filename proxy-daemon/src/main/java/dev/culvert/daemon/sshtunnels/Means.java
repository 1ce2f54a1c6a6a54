package dev.culvert.daemon.sshtunnels;

import dev.culvert.daemon.sshkeys.SshKeys;
import java.nio.file.Path;

/**
 * What all tunnels work with.
 *
 * @param directory with the files of all tunnels
 */
record Means(Path directory, SshKeys keys, HostKeys hostKeys, SshLine.Programs programs) {}
