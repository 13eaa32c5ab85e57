// Runs a libFuzzer target without libFuzzer: over every file of its corpus, then over damaged copies of them. Same
// input, same order, same damage every time. Made for a sanitizer build: what it finds ends the process.
//   replay CORPUS_FOLDER
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <system_error>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t kLargestSeed = std::size_t{1} << 20;
constexpr auto kDamageTime = std::chrono::seconds(3);  // all corpora together stay within a minute or two
constexpr std::size_t kDamagedCopies = 4000;

std::vector<fs::path> corpus(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::recursive_directory_iterator(folder, error))
    if (entry.is_regular_file()) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

Bytes read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
}

/// A copy of its own size, so that the sanitizer sees the first byte that is read beyond it.
void run(const Bytes& input) {
  const auto exact = std::make_unique<std::uint8_t[]>(input.size());
  std::copy(input.begin(), input.end(), exact.get());
  LLVMFuzzerTestOneInput(exact.get(), input.size());
}

/// One copy of `seed`, cut, flipped, zeroed or with a number made extreme.
Bytes damaged(const Bytes& seed, std::mt19937_64& random) {
  Bytes copy = seed;
  const auto below = [&random](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  const std::size_t at = below(copy.size());
  const std::size_t length = std::min(copy.size() - at, std::size_t{1} + below(64));
  const auto begin = copy.begin() + static_cast<std::ptrdiff_t>(at);
  const auto end = begin + static_cast<std::ptrdiff_t>(length);
  switch (below(6)) {
    case 0:
      copy.resize(at);
      break;
    case 1:
      for (std::size_t flips = 1 + below(8); flips > 0; --flips)
        copy[below(copy.size())] ^= static_cast<std::uint8_t>(1U << below(8));
      break;
    case 2:
      std::fill(begin, end, std::uint8_t{0});
      break;
    case 3:
      std::fill(begin, begin + static_cast<std::ptrdiff_t>(std::min<std::size_t>(length, 4)), std::uint8_t{0xFF});
      break;
    case 4:
      copy.erase(begin, end);
      break;
    default: {
      const Bytes piece(begin, end);
      copy.insert(copy.begin() + static_cast<std::ptrdiff_t>(below(copy.size())), piece.begin(), piece.end());
      break;
    }
  }
  return copy;
}

void truncate_at_several_places(const Bytes& seed) {
  constexpr std::size_t kPlaces = 16;
  for (std::size_t i = 0; i <= kPlaces; ++i)
    run(Bytes(seed.begin(), seed.begin() + static_cast<std::ptrdiff_t>(seed.size() * i / kPlaces)));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s CORPUS_FOLDER\n", argv[0]);
    return 2;
  }
  std::vector<Bytes> seeds;
  for (const fs::path& path : corpus(argv[1])) {
    seeds.push_back(read(path));
    if (seeds.back().size() > kLargestSeed) {
      std::fprintf(stderr, "%s: larger than 1 MiB, too large for a corpus\n", path.c_str());
      return 1;
    }
  }
  if (seeds.empty()) {
    std::fprintf(stderr, "%s: no corpus there\n", argv[1]);
    return 1;
  }
  for (const Bytes& seed : seeds) run(seed);
  const auto stop = std::chrono::steady_clock::now() + kDamageTime;
  std::size_t copies = 0;
  for (const Bytes& seed : seeds) {
    if (std::chrono::steady_clock::now() > stop) break;
    truncate_at_several_places(seed);
  }
  std::mt19937_64 random(20261124);
  while (copies < kDamagedCopies && std::chrono::steady_clock::now() < stop) {
    const Bytes& seed = seeds[static_cast<std::size_t>(random() % seeds.size())];
    if (seed.empty() && seeds.size() == 1) break;
    if (seed.empty()) continue;
    run(damaged(seed, random));
    ++copies;
  }
  std::printf("%zu seeds, %zu damaged copies\n", seeds.size(), copies);
  return 0;
}
