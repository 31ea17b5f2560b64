"""The cities of the demo: where they lie, what time it is there, and what people pay in."""

from dataclasses import dataclass


@dataclass(frozen=True)
class City:
    """A city."""

    name: str
    country_code: str
    latitude: float
    longitude: float
    time_zone: str
    currency_code: str


CITIES = tuple(
    City(*city)
    for city in (
        # The first third has theatres beside its clubs.
        ("Berlin", "DE", 52.520, 13.405, "Europe/Berlin", "EUR"),
        ("London", "GB", 51.507, -0.128, "Europe/London", "GBP"),
        ("Paris", "FR", 48.857, 2.352, "Europe/Paris", "EUR"),
        ("New York", "US", 40.713, -74.006, "America/New_York", "USD"),
        ("Helsinki", "FI", 60.170, 24.938, "Europe/Helsinki", "EUR"),
        ("Amsterdam", "NL", 52.370, 4.895, "Europe/Amsterdam", "EUR"),
        ("Madrid", "ES", 40.417, -3.703, "Europe/Madrid", "EUR"),
        ("Toronto", "CA", 43.653, -79.383, "America/Toronto", "CAD"),
        ("Oslo", "NO", 59.914, 10.752, "Europe/Oslo", "NOK"),
        ("Stockholm", "SE", 59.329, 18.069, "Europe/Stockholm", "SEK"),
        ("Copenhagen", "DK", 55.676, 12.568, "Europe/Copenhagen", "DKK"),
        ("Vienna", "AT", 48.208, 16.374, "Europe/Vienna", "EUR"),
        ("Zürich", "CH", 47.377, 8.541, "Europe/Zurich", "CHF"),
        ("Rome", "IT", 41.903, 12.496, "Europe/Rome", "EUR"),
        ("Lisbon", "PT", 38.722, -9.139, "Europe/Lisbon", "EUR"),
        ("Dublin", "IE", 53.350, -6.260, "Europe/Dublin", "EUR"),
        ("Hamburg", "DE", 53.551, 9.994, "Europe/Berlin", "EUR"),
        ("Munich", "DE", 48.135, 11.582, "Europe/Berlin", "EUR"),
        ("Barcelona", "ES", 41.385, 2.173, "Europe/Madrid", "EUR"),
        ("Manchester", "GB", 53.481, -2.242, "Europe/London", "GBP"),
        ("Chicago", "US", 41.878, -87.630, "America/Chicago", "USD"),
        ("Los Angeles", "US", 34.052, -118.244, "America/Los_Angeles", "USD"),
        ("Tokyo", "JP", 35.690, 139.692, "Asia/Tokyo", "JPY"),
        ("Sydney", "AU", -33.869, 151.209, "Australia/Sydney", "AUD"),
        ("Melbourne", "AU", -37.814, 144.963, "Australia/Melbourne", "AUD"),
        ("Montréal", "CA", 45.502, -73.567, "America/Toronto", "CAD"),
        ("Singapore", "SG", 1.352, 103.820, "Asia/Singapore", "SGD"),
        ("Auckland", "NZ", -36.849, 174.763, "Pacific/Auckland", "NZD"),
        # Clubs only.
        ("Cologne", "DE", 50.938, 6.960, "Europe/Berlin", "EUR"),
        ("Leipzig", "DE", 51.340, 12.375, "Europe/Berlin", "EUR"),
        ("Frankfurt", "DE", 50.110, 8.682, "Europe/Berlin", "EUR"),
        ("Dresden", "DE", 51.051, 13.734, "Europe/Berlin", "EUR"),
        ("Glasgow", "GB", 55.864, -4.252, "Europe/London", "GBP"),
        ("Bristol", "GB", 51.454, -2.588, "Europe/London", "GBP"),
        ("Leeds", "GB", 53.801, -1.549, "Europe/London", "GBP"),
        ("Edinburgh", "GB", 55.953, -3.188, "Europe/London", "GBP"),
        ("Cardiff", "GB", 51.481, -3.179, "Europe/London", "GBP"),
        ("Lyon", "FR", 45.764, 4.836, "Europe/Paris", "EUR"),
        ("Marseille", "FR", 43.296, 5.370, "Europe/Paris", "EUR"),
        ("Toulouse", "FR", 43.605, 1.444, "Europe/Paris", "EUR"),
        ("Brussels", "BE", 50.850, 4.349, "Europe/Brussels", "EUR"),
        ("Ghent", "BE", 51.054, 3.725, "Europe/Brussels", "EUR"),
        ("Ostend", "BE", 51.215, 2.929, "Europe/Brussels", "EUR"),
        ("Rotterdam", "NL", 51.924, 4.478, "Europe/Amsterdam", "EUR"),
        ("Utrecht", "NL", 52.091, 5.122, "Europe/Amsterdam", "EUR"),
        ("Luxembourg", "LU", 49.612, 6.130, "Europe/Luxembourg", "EUR"),
        ("Milan", "IT", 45.464, 9.190, "Europe/Rome", "EUR"),
        ("Turin", "IT", 45.070, 7.687, "Europe/Rome", "EUR"),
        ("Naples", "IT", 40.852, 14.268, "Europe/Rome", "EUR"),
        ("Valencia", "ES", 39.470, -0.377, "Europe/Madrid", "EUR"),
        ("Seville", "ES", 37.389, -5.984, "Europe/Madrid", "EUR"),
        ("Bilbao", "ES", 43.263, -2.935, "Europe/Madrid", "EUR"),
        ("Porto", "PT", 41.158, -8.629, "Europe/Lisbon", "EUR"),
        ("Graz", "AT", 47.071, 15.439, "Europe/Vienna", "EUR"),
        ("Salzburg", "AT", 47.811, 13.055, "Europe/Vienna", "EUR"),
        ("Basel", "CH", 47.560, 7.589, "Europe/Zurich", "CHF"),
        ("Geneva", "CH", 46.204, 6.143, "Europe/Zurich", "CHF"),
        ("Prague", "CZ", 50.076, 14.438, "Europe/Prague", "CZK"),
        ("Warsaw", "PL", 52.230, 21.012, "Europe/Warsaw", "PLN"),
        ("Kraków", "PL", 50.065, 19.945, "Europe/Warsaw", "PLN"),
        ("Gdańsk", "PL", 54.352, 18.647, "Europe/Warsaw", "PLN"),
        ("Tallinn", "EE", 59.437, 24.754, "Europe/Tallinn", "EUR"),
        ("Riga", "LV", 56.950, 24.105, "Europe/Riga", "EUR"),
        ("Vilnius", "LT", 54.687, 25.280, "Europe/Vilnius", "EUR"),
        ("Tampere", "FI", 61.498, 23.761, "Europe/Helsinki", "EUR"),
        ("Turku", "FI", 60.452, 22.267, "Europe/Helsinki", "EUR"),
        ("Bergen", "NO", 60.391, 5.322, "Europe/Oslo", "NOK"),
        ("Trondheim", "NO", 63.430, 10.395, "Europe/Oslo", "NOK"),
        ("Gothenburg", "SE", 57.709, 11.975, "Europe/Stockholm", "SEK"),
        ("Malmö", "SE", 55.605, 13.004, "Europe/Stockholm", "SEK"),
        ("Aarhus", "DK", 56.157, 10.211, "Europe/Copenhagen", "DKK"),
        ("Athens", "GR", 37.984, 23.728, "Europe/Athens", "EUR"),
        ("Zagreb", "HR", 45.815, 15.982, "Europe/Zagreb", "EUR"),
        ("Ljubljana", "SI", 46.057, 14.506, "Europe/Ljubljana", "EUR"),
        ("Seattle", "US", 47.606, -122.332, "America/Los_Angeles", "USD"),
        ("Portland", "US", 45.515, -122.678, "America/Los_Angeles", "USD"),
        ("San Francisco", "US", 37.775, -122.419, "America/Los_Angeles", "USD"),
        ("Denver", "US", 39.739, -104.990, "America/Denver", "USD"),
        ("Austin", "US", 30.267, -97.743, "America/Chicago", "USD"),
        ("Nashville", "US", 36.163, -86.781, "America/Chicago", "USD"),
        ("New Orleans", "US", 29.951, -90.072, "America/Chicago", "USD"),
        ("Boston", "US", 42.360, -71.059, "America/New_York", "USD"),
        ("Philadelphia", "US", 39.953, -75.165, "America/New_York", "USD"),
        ("Vancouver", "CA", 49.283, -123.121, "America/Vancouver", "CAD"),
        ("Osaka", "JP", 34.694, 135.502, "Asia/Tokyo", "JPY"),
        ("Brisbane", "AU", -27.470, 153.026, "Australia/Brisbane", "AUD"),
        ("Wellington", "NZ", -41.287, 174.776, "Pacific/Auckland", "NZD"),
        ("Cape Town", "ZA", -33.925, 18.424, "Africa/Johannesburg", "ZAR"),
    )
)

CITIES_WITH_A_THEATRE = 28
"""The first so many."""

PRICE_OF_A_EURO = {
    "EUR": 1.0,
    "GBP": 0.9,
    "USD": 1.1,
    "CAD": 1.5,
    "AUD": 1.6,
    "NZD": 1.8,
    "SGD": 1.5,
    "CHF": 1.0,
    "NOK": 11.0,
    "SEK": 11.0,
    "DKK": 7.5,
    "CZK": 25.0,
    "PLN": 4.3,
    "JPY": 160.0,
    "ZAR": 20.0,
}
"""About: so that prices look right everywhere."""
