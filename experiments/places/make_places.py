"""Places of another processing level for training: cities in an L2A look, L2A patches in both looks.
Usage: make_places.py DATA OUT. L1C = a + b L2A (data/README.md); one weight per date, mostly shared by a place."""
import sys, os, glob, numpy as np
from osgeo import gdal
gdal.UseExceptions()
data, out = sys.argv[1:]
R = {"B01":(1000,1500,.52,.60),"B02":(740,1100,.59,.67),"B03":(480,650,.63,.71),"B04":(280,390,.75,.81),"B05":(240,370,.73,.78),"B06":(225,375,.79,.84),
"B07":(200,355,.84,.90),"B08":(165,305,.80,.84),"B8A":(155,315,.88,.93),"B09":(90,255,.17,.26),"B11":(25,110,.89,.91),"B12":(10,75,.83,.84)}
rng = np.random.default_rng(1)
def line(band, w, u):  # high offset goes with low gain: more air
    a0,a1,b0,b1 = R[band]; return a0+(a1-a0)*w, b0+(b1-b0)*np.clip(1-w+u,0,1)
def write(path, x, ref=None):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    d = gdal.GetDriverByName("GTiff").Create(path, x.shape[1], x.shape[0], 1, gdal.GDT_UInt16, ["COMPRESS=DEFLATE"])
    if ref: d.SetGeoTransform(ref[0]); d.SetProjection(ref[1])
    d.GetRasterBand(1).WriteArray(np.clip(np.rint(x),1,65535).astype(np.uint16)); d = None
train = "aguasclaras beihai bercy brasilia dubai milano montpellier nantes paris rennes saclay_e saclay_w valencia bordeaux hongkong lasvegas".split()
for city in train:
    w0 = rng.uniform()
    for date in sorted(os.listdir(f"{data}/oscd/{city}")):
        w = np.clip(w0 + rng.normal(0,.25),0,1); u = rng.normal(0,.15)
        for band in R:
            d = gdal.Open(f"{data}/oscd/{city}/{date}/{band}.tif"); y = d.ReadAsArray().astype(float); a,b = line(band,w,u)
            write(f"{out}/l2a/{city}/{date}/{band}.tif", np.where(y==0,0.5,(y-a)/b), (d.GetGeoTransform(), d.GetProjection()))
# Patches: 4 x 4 neighbours of a sheet make a place of 256 pixels.
bands = {"10m":["B02","B03","B04","B08"],"20m":["B05","B06","B07","B8A","B11","B12"],"40m":["B01","B09"]}
n=0
for sheet in range(len(glob.glob(f"{data}/l2a_patches/*_10m.tif"))):
    full = {res: gdal.Open(f"{data}/l2a_patches/sheet{sheet:02d}_{res}.tif").ReadAsArray().astype(float) for res in bands}
    for r in range(4):
        for c in range(4):
            w=rng.uniform(); u=rng.normal(0,.15); name=f"patches{n:03d}"; n+=1
            for res,size in (("10m",256),("20m",128),("40m",64)):
                for i,band in enumerate(bands[res]):
                    x = full[res][i][r*size:(r+1)*size, c*size:(c+1)*size]
                    px = 2560/size; ref=((0,px,0,0,0,-px),"")
                    write(f"{out}/l2a/{name}/20180601/{band}.tif", x, ref)
                    a,b = line(band,w,u); write(f"{out}/l1c/{name}/20180601/{band}.tif", a+b*x, ref)
            write(f"{out}/l1c/{name}/20180601/B10.tif", np.maximum(1, rng.uniform(10,60)+rng.normal(0,2.5,(64,64))), ((0,40,0,0,0,-40),""))
print(n,"places of patches")
