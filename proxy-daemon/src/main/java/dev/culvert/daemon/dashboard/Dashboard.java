package dev.culvert.daemon.dashboard;

import dev.culvert.daemon.http.Route;
import java.util.List;

/** The routes of the pages for people. */
public final class Dashboard {
    private Dashboard() {}

    /** Reads the files, which stay in memory. */
    public static List<Route> routes() {
        DashboardFiles files = new DashboardFiles();
        return List.of(new PageRoute(files), new FileRoute(files));
    }
}
