package dev.culvert.daemon.client.doctor;

import dev.culvert.daemon.client.host.DaemonAnswers;
import dev.culvert.daemon.client.host.DaemonFile;
import dev.culvert.daemon.client.host.Host;
import java.time.Clock;

/** What is inspected: a machine, the settings on it, and the daemon, which may not run. */
public record Site(Host host, DaemonFile settings, DaemonAnswers daemon, Clock clock) {}
