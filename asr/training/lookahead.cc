// Turns a compiled transducer into OpenFst's olabel_lookahead type, which Kaldi composes on the fly,
// and writes how the output labels were renumbered. usage: lookahead in.fst out.fst relabel.txt
#include <fst/fstlib.h>
#include <fst/matcher-fst.h>

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  std::unique_ptr<fst::StdVectorFst> in(fst::StdVectorFst::Read(argv[1]));
  if (!in) return 1;
  FLAGS_save_relabel_opairs = argv[3];
  fst::StdOLabelLookAheadFst out(*in);
  return out.Write(argv[2]) ? 0 : 1;
}
